#!/bin/bash
# One account from the old Cyrus to the new Zimbra, as a laboratory did it in one night.
# The shape of the story of LISA 2010; names and words are ours.

LINKED_AS="linked01"
USER2=$1@stage.example.org
HOST1=cyrus.example.org
HOST2=zimbra.example.org
NOW=`date "+%Y-%m-%d_%H:%M:%S"`
LEAVE_OUT="Trash|Junk"
CHUNK=20
KEY1=/srv/move/old.pass
KEY2=/srv/move/new.pass
log=/srv/move/log/$1.log

cd /srv/move/tmp
echo `pwd` >> $log
echo "begin $1 at $NOW, without $LEAVE_OUT, $CHUNK at a time" >> $log

	imapsync \
		--nosyncacls --syncinternaldates \
		--nofoldersizes \
		--split1 $CHUNK \
		--exclude $LEAVE_OUT \
		--host1 $HOST1 --user1 $LINKED_AS --passfile1 $KEY1 --port1 993 \
		--host2 $HOST2 --user2 $USER2 --passfile2 $KEY2 --port2 993 \
		--ssl1 --ssl2 \
		--noauthmd5 \
		--delete2 \
		--buffersize 8192000 \
		--regextrans2 's/^Journal$/Journal-old/i' \
		--regextrans2 's/^Briefcase$/Briefcase-old/i' \
		--regextrans2 's/^Calendar$/Calendar-old/i' \
		--regextrans2 's/^Contacts$/Contacts-old/i' \
		--regextrans2 's/^Notes$/Notes-old/i' \
		>> $log

echo "$NOW finished $USER2" >> $log
