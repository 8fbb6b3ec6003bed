case $- in *a*) __mcp_export=1; set +a ;; *) __mcp_export= ;; esac
__mcp_n=0
__mcp_user=$(\command id -un 2>/dev/null | \command tr -d ';\\\000-\037\177') || :
__mcp_host=$(\command uname -n 2>/dev/null | \command tr -d ';\\\000-\037\177') || :
__mcp_esc=$(\command printf '\033]7712;')
__mcp_bel=$(\command printf '\007')
__mcp_done=${__mcp_esc}D\;@AID@\;
__mcp_ready=$__mcp_bel${__mcp_esc}A\;@AID@\;
__mcp_more=${__mcp_esc}P\;@AID@\;
case ${PS1-} in *__mcp_done*) ;; *) __mcp_ps1=${PS1-} ;; esac
case ${PS2-} in *__mcp_more*) ;; *) __mcp_ps2=${PS2-} ;; esac
# Exported prompts stay exported: they hold no secret, and nothing shows where these variables are unknown.
__mcp_marks='${__mcp_done+@[@$__mcp_done$((__mcp_n=__mcp_n+1));$?$__mcp_ready$__mcp_n;;$__mcp_user;$__mcp_host;${PWD##*[[:cntrl:]\\]*}$__mcp_bel@]@}'
PS1=$__mcp_marks$__mcp_ps1
PS2='${__mcp_more+@[@$__mcp_more$__mcp_n$__mcp_bel@]@}'$__mcp_ps2
# For a prompt that has been set anew, with the status of what set it.
__mcp_again='__mcp_status=$?; PS1=$__mcp_marks${PS1-}; (exit $__mcp_status)'
if [ -n "$__mcp_export" ]; then set -a; fi
unset __mcp_export
