if (! $?mcp_n) eval "alias mcp_user_precmd ''; alias mcp_user_postcmd ''; alias mcp_user_cwdcmd ''"
if (! $?mcp_n && "`alias precmd`" != '') alias mcp_user_precmd "`alias precmd`"
if (! $?mcp_n && "`alias postcmd`" != '') alias mcp_user_postcmd "`alias postcmd`"
if (! $?mcp_n && "`alias cwdcmd`" != '') alias mcp_user_cwdcmd "`alias cwdcmd`"
if (! $?mcp_n && ! $?prompt2) set prompt2='%R? '
if (! $?mcp_n) set mcp_prompt2=$prompt2:q
set mcp_n=0
set mcp_user="`\id -un`"
set mcp_host="`\uname -n`"
set mcp_esc="`printf '\033]7712;'`"
set mcp_bel="`printf '\007'`"
alias mcp_look 'set mcp_folder=%`sh -c '"'"'IFS=;set -f;printf %s $PWD|od -An -v -tx1|tr -c 0-9a-f %'"'"'`'
alias cwdcmd 'mcp_look; mcp_user_cwdcmd'
alias mcp_began 'echo -n "${mcp_esc}C;@AID@;${mcp_n}${mcp_bel}" >/dev/tty'
alias mcp_done 'set mcp_status=$status; @ mcp_n++; echo -n "${mcp_esc}D;@AID@;${mcp_n};${mcp_status}${mcp_bel}" >/dev/tty; set status=$mcp_status'
alias mcp_look_back 'set mcp_flags=; if ("`alias postcmd`" =~ *mcp_began) set mcp_flags=c'
alias mcp_ready 'mcp_look_back; set prompt2="%{${mcp_esc}P;@AID@;${mcp_n}${mcp_bel}%}$mcp_prompt2:q"; echo -n "${mcp_esc}A;@AID@;${mcp_n};${mcp_flags};${mcp_user:q};${mcp_host:q};${mcp_folder:q}${mcp_bel}" >/dev/tty; set status=$mcp_status'
alias postcmd 'mcp_user_postcmd; mcp_began'
alias precmd 'mcp_done; mcp_user_precmd; mcp_ready'
eval mcp_look
