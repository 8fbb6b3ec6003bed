set -g __mcp_n 0
set -g __mcp_told 1
set -g __mcp_user (command id -un 2>/dev/null | string replace -ra '[[:cntrl:];]' '')
set -g __mcp_host (command uname -n 2>/dev/null | string replace -ra '[[:cntrl:];]' '')
function __mcp_tell
    builtin printf '\e]7712;%s\a' $argv[1] >/dev/tty 2>/dev/null
    or builtin printf '\e]7712;%s\a' $argv[1]
end
function __mcp_ended
    set -g __mcp_n (math $__mcp_n + 1)
    set -g __mcp_told 1
    __mcp_tell "D;@AID@;$__mcp_n;$argv[1]"
end
function __mcp_prompt
    set -l folder $PWD
    if string match -qr '[[:cntrl:]]' -- $folder
        set folder %(builtin printf %s $PWD | command od -An -v -tx1 | command tr -c 0-9a-f % | string collect)
    end
    functions -q __mcp_began
    and set argv[1] c$argv[1]
    __mcp_tell "A;@AID@;$__mcp_n;$argv[1];$__mcp_user;$__mcp_host;$folder"
end
function __mcp_began --on-event fish_preexec
    __mcp_tell "C;@AID@;$__mcp_n"
end
function __mcp_done --on-event fish_postexec
    __mcp_ended $status
end
function __mcp_ready --on-event fish_prompt
    set -l code $status
    test $__mcp_told = 1
    or __mcp_ended $code
    set -g __mcp_told 0
    __mcp_prompt ''
end
# Neither of these two draws a new prompt; the second leaves the command on the line.
function __mcp_cancelled --on-event fish_cancel
    __mcp_ended 130
    set -g __mcp_told 0
    __mcp_prompt ''
end
function __mcp_misspelt --on-event fish_posterror
    __mcp_ended 127
    set -g __mcp_told 0
    __mcp_prompt l
end
