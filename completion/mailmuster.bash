# SPDX-License-Identifier: MIT
# Completion of mailmuster's commands and options for bash.  tests/cli/documents.bats compares the lists with
# `mailmuster help --options`.

_mailmuster_commands="init doctor accounts import audit scan logs dns plan lint event seal verify explain accept checklist waiver gate status report weekly ledger help"

_mailmuster_options() { # command
	local common="--json --color --no-color --no-input --only --jobs --version --help"
	local side="host port tls ca tls-min pin auth admin secret-file users-file secret-command secret-prompt
		max-connections kind" w
	case $1 in
	init)
		printf '%s ' --project --accounts --one-sided --from-imapsync
		for w in $side; do
			printf '%s ' "--old-$w" "--new-$w"
		done
		;;
	doctor) printf '%s ' --account ;;
	accounts)
		printf '%s ' --dry-run --side --days --grace --by --decision --owner --note --reason --leave-until --off --output
		;;
	import) printf '%s ' --side ;;
	audit) printf '%s ' --side --depth --stale --budget --rate --not-during ;;
	scan) printf '%s ' --side --all --sample --seed --since-last --again --rate --not-during --list ;;
	logs) printf '%s ' --explain --side --zone --year --as --user --account ;;
	dns) printf '%s ' --domain --resolver --zone --all ;;
	plan) printf '%s ' --csv --keep --by --strategy --start --seed --output --budget --stage --template --closes ;;
	lint) printf '%s ' --csv --fail-on --keep --by --rules ;;
	event) printf '%s ' --at --by --digest --file --note --role ;;
	seal) printf '%s ' --offline --by --note ;;
	verify) printf '%s ' --offline --live --fail-on --since --rollback ;;
	accept) printf '%s ' --rule --class --why --finding --by --reason --yes ;;
	checklist) printf '%s ' --blank --by --format --note --output --to ;;
	waiver)
		printf '%s ' --check --finding --all --owner --by --reason --risk --until --ticket --note --yes
		;;
	gate) printf '%s ' --against --by --csv --key --max-age --output --role --signature --signers --yes ;;
	report) printf '%s ' --csv --text --html --xlsx --redact --account --purpose --access --output ;;
	weekly) printf '%s ' --no-audit --dry-run --output ;;
	ledger) printf '%s ' --against --by --deep --output ;;
	help) printf '%s ' --options ;;
	esac
	printf '%s' "$common"
}

_mailmuster() {
	local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]} command="" i words="" files=""

	for ((i = 1; i < COMP_CWORD; i++)); do
		case " $_mailmuster_commands " in
		*" ${COMP_WORDS[i]} "*)
			command=${COMP_WORDS[i]}
			break
			;;
		esac
	done
	case $prev in
	--side) words="old new" ;;
	--depth) words="counts ids full" ;;
	--decision) words="migrate archive delete keep forward" ;;
	--as) words="forward sieve alias virtual" ;;
	--strategy) words="firehose fountain" ;;
	--role) words="technical business" ;;
	--stage) words="announcement week day moved pop closing dormant" ;;
	--fail-on)
		words="loss doubt info"
		[ "$command" = lint ] && words="destroys hides alters risks notes"
		;;
	--format) words="text markdown csv" ;;
	--color) words="auto always never" ;;
	--old-tls | --new-tls) words="implicit starttls none" ;;
	--old-auth | --new-auth) words="user authzid master proxyauth" ;;
	--old-kind | --new-kind) words="auto cyrus dovecot courier generic" ;;
	--old-tls-min | --new-tls-min) words="1.0 1.1 1.2 1.3" ;;
	-C)
		mapfile -t COMPREPLY < <(compgen -d -- "$cur")
		return
		;;
	-c | -o | --output | --template | --against | --zone | --key | --signature | --signers | --accounts | --from-imapsync | --old-ca | --new-ca | --old-secret-file | --new-secret-file | \
		--old-users-file | --new-users-file)
		mapfile -t COMPREPLY < <(compgen -f -- "$cur")
		return
		;;
	*)
		case $cur in
		-*) words=$(_mailmuster_options "$command") ;;
		*)
			case $command in
			"") words=$_mailmuster_commands ;;
			accounts)
				words="import list dormant unknown forwarding absent still diff notices set expect"
				files=yes
				;;
			logs)
				words="coverage witness forwards beat"
				files=yes
				;;
			import)
				words="counts"
				files=yes
				;;
			dns) words="show" ;;
			plan) words="map oversized fit pilot waves notices" ;;
			lint) files=yes ;;
			event)
				words="list import presync last-pass freeze cutover rollback closed stop start asked answered archive restore statement announce"
				files=yes
				;;
			accept) words="list" ;;
			checklist) words="show due sign reopen assign export premigration cutover decommission" ;;
			waiver) words="list new approve revoke" ;;
			gate)
				words="check explain approve certificate verify-certificate"
				files=yes
				;;
			ledger) words="verify head export forget" ;;
			help) words="$_mailmuster_commands exit-codes" ;;
			esac
			;;
		esac
		;;
	esac
	mapfile -t COMPREPLY < <(compgen -W "$words" ${files:+-f} -- "$cur")
}
complete -F _mailmuster mailmuster
