\builtin typeset -g +x __mcp_percent __mcp_user= __mcp_host=${HOST-} __mcp_pwd= __mcp_folder= __mcp_more= __mcp_ps2= __mcp_shown=
\builtin typeset -gi +x __mcp_n=0
__mcp_user=$(\command id -un 2>/dev/null)
__mcp_user=${__mcp_user//[[:cntrl:];]/}
__mcp_host=${__mcp_host//[[:cntrl:];]/}
__mcp_tell() {
  { \builtin print -rn -- $'\e]7712;'$1$'\a' >/dev/tty } 2>/dev/null || \builtin print -rn -- $'\e]7712;'$1$'\a'
}
__mcp_done() {
  local __mcp_status=$?
  setopt noxtrace noallexport noerrexit noerrreturn
  __mcp_n=$((__mcp_n + 1))
  __mcp_tell "D;@AID@;$__mcp_n;$__mcp_status"
}
__mcp_ready() {
  setopt noxtrace noallexport noerrexit noerrreturn
  if [[ $PWD != $__mcp_pwd ]]; then
    __mcp_pwd=$PWD
    __mcp_folder=$PWD
    if [[ $PWD == *[[:cntrl:]]* ]]; then
      __mcp_folder=%$(\builtin print -rn -- $PWD | \command od -An -v -tx1 | \command tr -c 0-9a-f %)
    fi
  fi
  PS2=${PS2#$__mcp_more}
  # Before 5.1 the flags of what allexport exported do not say so.
  if [[ "is $PS2" != "$__mcp_ps2" ]]; then
    __mcp_ps2="is $PS2"
    __mcp_shown=${(M)${(f)"$(\command env)"}:#PS2=*}
  fi
  if [[ ${(t)PS2} == *(readonly|export)* || -n $__mcp_shown || -z $__mcp_percent ]]; then
    __mcp_more=
  else
    __mcp_more=$'%{\e]7712;P;@AID@;'$__mcp_n$'\a%}'
    PS2=$__mcp_more$PS2
  fi
  preexec_functions=(${preexec_functions:#__mcp_*} __mcp_began)
  __mcp_tell "A;@AID@;$__mcp_n;c;$__mcp_user;$__mcp_host;$__mcp_folder"
}
__mcp_began() {
  setopt noxtrace noallexport noerrexit noerrreturn
  __mcp_tell "C;@AID@;$__mcp_n"
}
\builtin typeset -ga precmd_functions preexec_functions
precmd_functions=(__mcp_done ${precmd_functions:#__mcp_*} __mcp_ready)
