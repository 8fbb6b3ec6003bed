#compdef mcp-ssh-interactive
# zsh completion of mcp-ssh-interactive: to be read after compinit, or kept as _mcp-ssh-interactive in a folder of fpath.
_mcp-ssh-interactive() {
  local value= ended= command= folder= word kind= most=0
  local -i count=0
  local -a flags commands names
  commands=(@COMMANDS@)
  for word in "${(@)words[2,CURRENT-1]}"; do
    if [[ -n $value ]]; then
      [[ $value == --home ]] && folder=$word
      value=
    elif [[ -z $ended && $word == -* ]]; then
      case $word in
        --) ended=1 ;;
        --home=*) folder=${word#*=} ;;
        @VALUE_FLAGS@) value=$word ;;
      esac
    elif [[ -z $command ]]; then
      command=$word
    else
      count+=1
    fi
  done
  if [[ -z $value && -z $ended && $PREFIX == --*=* ]]; then
    value=${PREFIX%%=*}
    compset -P 1 '*='
  fi
  if [[ -n $value ]]; then
    case $value in
      @FOLDER_FLAGS@) _files -/ ;;
      @FILE_FLAGS@) _files ;;
      *) return 1 ;;
    esac
    return
  fi
  case $command in
@TABLE@
    *) return 1 ;;
  esac
  if [[ -z $ended && $PREFIX == -* ]]; then
    _describe -o flag flags
    return
  fi
  (( count < most )) || return 1
  case $kind in
    '') return 1 ;;
    file) _files ;;
    command) _describe command commands ;;
    shell) compadd bash zsh fish ;;
    *)
      folder=${(Q)folder}
      folder=${folder/#\~\//$HOME/}
      names=(${(f)"$(@PROGRAM@ completions $kind ${folder:+--home=$folder} 2>/dev/null </dev/null)"})
      compadd -a names
      ;;
  esac
}
if [[ ${funcstack[1]-} == _mcp-ssh-interactive ]]; then
  _mcp-ssh-interactive "$@"
elif (( ${+functions[compdef]} )); then
  compdef _mcp-ssh-interactive mcp-ssh-interactive
else
  print -u2 'mcp-ssh-interactive: no completion yet; before this line of .zshrc: autoload -Uz compinit && compinit'
fi
