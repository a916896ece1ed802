# SPDX-License-Identifier: MIT
"""paper_doc.py check|write DOC NAME FILE: the block of DOC that begins with "$ COMMAND" under the site of NAME ("site: COMMAND").

In the document a block is fenced by ``` and its first line is "$ COMMAND"; sites follow one another, each under a heading that
names it in parentheses: "## The fire hose (hose)".  check compares the block with FILE, write puts FILE there.
"""
import re
import sys


def main():
    how, doc, name, path = sys.argv[1:]
    site, command = name.split(": ", 1)
    text = open(doc).read()
    said = open(path).read().rstrip("\n")
    if re.search(r"^```", said, re.M):
        sys.exit("the output would end the block")
    part = re.search(r"^## [^\n]*\(%s\)\n.*?(?=^## |\Z)" % re.escape(site), text, re.M | re.S)
    if part is None:
        sys.exit("%s: no site (%s)" % (doc, site))
    block = re.search(r"^```\n\$ %s\n((?:(?!```).*\n)*)```$" % re.escape(command), part[0], re.M)
    if block is None:
        sys.exit("%s: (%s) has no block of $ %s" % (doc, site, command))
    if how == "write":
        at = part.start() + block.start(1)
        text = text[:at] + said + "\n" + text[part.start() + block.end(1):]
        open(doc, "w").write(text)
    elif block[1].rstrip("\n") != said:
        import difflib
        sys.stdout.writelines(line + "\n" for line in difflib.unified_diff(
            block[1].split("\n"), said.split("\n"), doc, "the output of " + command, lineterm=""))
        sys.exit(1)


main()
