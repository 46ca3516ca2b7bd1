#!/bin/bash
# Checks scripts/install_deps.sh against made-up dpkg-query, apt-get, id and sudo programs: nothing is installed.
# usage: install_deps.sh SOURCE_FOLDER
# shellcheck disable=SC2016,SC2317  # the conditions are evaluated by `expect`
set -u
script="$1/scripts/install_deps.sh"
. "$1/tests/script_checks.sh"

fake() { printf '#!/bin/sh\n%s\n' "$2" >"$box/bin/$1"; chmod +x "$box/bin/$1"; }
begin() {
    rm -rf "${box:?}/bin"; mkdir "$box/bin"; : >"$box/calls"
    for program in sh env printf sed cat; do ln -s "$(type -P "$program")" "$box/bin/$program"; done
    fake id 'echo 1000'
    fake apt-get "echo \"apt-get \$*\" >>$box/calls"
    fake sudo "echo sudo >>$box/calls; exec \"\$@\""
    # Everything is installed but what the file `lacking` names.
    echo "$1" >"$box/lacking"
    fake dpkg-query "shift 2; for name; do case \" \$(cat $box/lacking) \" in *\" \$name \"*) ;; *) echo \"installed \$name\";; esac; done"
}
call() { PATH="$box/bin" sh "$script" "$@" </dev/null >"$box/out" 2>&1; code=$?; }

begin ''
call
expect 'with all packages there it does and says nothing' '[ $code = 0 ] && [ ! -s $box/calls ] && [ ! -s $box/out ]'

begin 'cmake curl'
call --yes
expect 'it installs the missing packages and no others, through sudo' \
    '[ $code = 0 ] && calls sudo && calls "install --yes --no-install-recommends cmake curl$"'

begin 'g++'
fake id 'echo 0'
call
expect 'as root it installs at once, without sudo' '[ $code = 0 ] && ! calls sudo && calls "recommends g++$"'

begin 'g++'
call
expect 'without a yes it installs nothing and says how' '[ $code = 1 ] && [ ! -s $box/calls ] && says "Later: sudo apt-get install g++"'

begin 'g++'
rm "$box/bin/sudo"
call --yes
expect 'without sudo it says what root should run' '[ $code = 1 ] && says "As root, please run: apt-get install g++"'

begin ''
rm "$box/bin/dpkg-query"
call --yes
expect 'on another system it lists what is needed' '[ $code = 1 ] && says "no Debian" && says libtomlplusplus-dev && says DEPS=no'

begin 'g++'
fake id 'echo 0'
fake apt-get 'exit 100'
call
expect 'a failure of apt-get is a failure' '[ $code != 0 ]'

begin ''
call --force
expect 'an unknown option is refused' '[ $code = 2 ] && says usage'

[ "$failures" -eq 0 ] && echo "install_deps.sh does as it says"
exit "$failures"
