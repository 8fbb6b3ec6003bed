# fish completion of mcp-ssh-interactive; from fish 3.0 on.
# The words before the cursor that are neither flags nor theirs, after the folder of --home.
function __mcp_ssh_interactive_words
    set -l value
    set -l ended
    set -l folder
    set -l found
    for word in (commandline -opc)[2..-1]
        if set -q value[1]
            test $value = --home; and set folder $word
            set -e value
        else if not set -q ended[1]; and string match -q -- '-*' $word
            switch $word
                case --
                    set ended 1
                case '--home=*'
                    set folder (string replace -- --home= '' $word)
                case @VALUE_FLAGS@
                    set value $word
            end
        else
            set found $found $word
        end
    end
    printf '%s\n' "$folder" $found
end
# Whether the command is the first argument, and fewer words follow it than the second says.
function __mcp_ssh_interactive_at
    set -l words (__mcp_ssh_interactive_words)
    test "$words[2]" = "$argv[1]"
    and test -z "$argv[2]" -o (count $words) -lt (math 2 + "0$argv[2]")
end
function __mcp_ssh_interactive_names
    set -l words (__mcp_ssh_interactive_words)
    set -l home
    test -n "$words[1]"
    and set home --home=(string replace -r '^~/' "$HOME/" -- $words[1])
    @PROGRAM@ completions $argv[1] $home 2>/dev/null </dev/null
end
complete -c mcp-ssh-interactive -e
complete -c mcp-ssh-interactive -f
@TABLE@
