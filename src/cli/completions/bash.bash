# bash completion of mcp-ssh-interactive; from bash 3.2 on, also under set -u.
_mcp_ssh_interactive() {
  local IFS=$'\n' current=${COMP_WORDS[COMP_CWORD]} value='' ended='' command='' folder='' count=0
  local word flags kind most at
  COMPREPLY=()
  for ((at = 1; at < COMP_CWORD; at++)); do
    word=${COMP_WORDS[at]}
    if [[ -n $value ]]; then
      [[ $word == '=' ]] && continue
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
      count=$((count + 1))
    fi
  done
  [[ $current == '=' ]] && current=
  if [[ -n $value ]]; then
    case $value in
      @FOLDER_FLAGS@) kind=folder ;;
      @FILE_FLAGS@) kind=file ;;
      *) return 0 ;;
    esac
  else
    case $command in
@TABLE@
      *) return 0 ;;
    esac
    if [[ -z $ended && $current == -* ]]; then
      COMPREPLY=($(compgen -W "$flags" -- "$current"))
      return 0
    fi
    ((count < most)) || return 0
  fi
  case $kind in
    '') ;;
    folder | file)
      compopt -o filenames 2>/dev/null
      local action=-f
      [[ $kind == folder ]] && action=-d
      COMPREPLY=($(compgen "$action" -- "$current"))
      ;;
    command) COMPREPLY=($(compgen -W @COMMANDS@ -- "$current")) ;;
    shell) COMPREPLY=($(compgen -W $'bash\nzsh\nfish' -- "$current")) ;;
    *)
      [[ $folder == '~/'* ]] && folder=$HOME/${folder#'~/'}
      word=$(@PROGRAM@ completions "$kind" ${folder:+--home="$folder"} 2>/dev/null </dev/null)
      COMPREPLY=($(compgen -W "$word" -- "$current"))
      ;;
  esac
  return 0
}
complete -F _mcp_ssh_interactive mcp-ssh-interactive
