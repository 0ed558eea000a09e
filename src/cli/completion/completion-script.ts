/**
 * The scripts that shells load. They ask the program itself what may follow, in the protocol of @bomb.sh/tab: one
 * candidate a line, a tab, what it is. Not tab's own scripts: those give what is typed to `eval`, so that a word
 * with $(…) in it is carried out before Enter is pressed; bash's needs the package bash-completion, and complains
 * when it is loaded twice.
 */
import type { ExitCode } from '../exit-code.js';
import { EXIT } from '../exit-code.js';
import type { LocalParts } from '../local-parts.js';
import type { Printable } from '../terminal/printable.js';
import type { CompletionRequest, Shell } from './completion-request.js';

// bash cuts words at "=": they are put together again. Written for bash 3.2 too, which macOS has.
const BASH = `# bash completion of audit-lanes
_audit_lanes_complete() {
  local word value last joins= words=()
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD}"; do
    last=$(( \${#words[@]} - 1 ))
    if [ "$word" = "=" ] && [ "$last" -ge 0 ]; then words[$last]="\${words[$last]}="; joins=1
    elif [ -n "$joins" ]; then words[$last]="\${words[$last]}$word"; joins=
    else words[$(( last + 1 ))]=$word
    fi
  done
  COMPREPLY=()
  while IFS=$'\\t' read -r value word; do
    case $value in
      :* | '') ;;
      *) COMPREPLY[\${#COMPREPLY[@]}]=$value ;;
    esac
  done < <("\${COMP_WORDS[0]/#\\~/$HOME}" complete -- "\${words[@]}" 2>/dev/null)
}
complete -o default -F _audit_lanes_complete audit-lanes
`;

const ZSH = `#compdef audit-lanes
# zsh completion of audit-lanes
_audit_lanes() {
  local line value what
  local -a candidates
  while IFS= read -r line; do
    [[ $line == :* || -z $line ]] && continue
    value=\${line%%$'\\t'*}
    what=\${line#*$'\\t'}
    candidates+=("\${value//:/\\\\:}:$what")
  done < <("\${words[1]/#\\~/$HOME}" complete -- "\${(@)words[2,CURRENT]}" 2>/dev/null)
  if (( \${#candidates} )); then _describe -V 'audit-lanes' candidates; else _files; fi
}
if [ "\${funcstack[1]}" = "_audit_lanes" ]; then _audit_lanes "$@"; else compdef _audit_lanes audit-lanes; fi
`;

export const SCRIPTS: Readonly<Record<Shell, string>> = { bash: BASH, zsh: ZSH };

/** A script is no table: it is written as it is, with its backslashes. */
export const completionScript = (
  { output }: LocalParts,
  { shell }: Extract<CompletionRequest, { kind: 'completion' }>,
): ExitCode => {
  for (const line of SCRIPTS[shell].trimEnd().split('\n')) output.line(line as Printable);
  return EXIT.done;
};
