import { GoatError } from "../../errors/goat-error.ts";
import { list, nearest } from "../../platform/text.ts";

export interface CompletionReport {
  readonly shell: string;
  /** For the shell to read. */
  readonly script: string;
}

/** Throws usage where no such shell is known. */
export function completion(shell: string): CompletionReport {
  const names = Object.keys(scripts);
  const script = scripts[shell];
  if (script !== undefined) return { shell, script };
  throw new GoatError("usage", `${JSON.stringify(shell)} is no shell that is known; there are ${list(names)}`, {
    fixes: [{ command: `goat-dev completion ${nearest(shell, names) ?? "bash"}`, effect: "perhaps this was meant" }],
  });
}

/**
 * Bash splits words at `:` and `=`, which names and options may contain. The script joins such words again, and cuts
 * what was typed up to the last of these characters off each answer.
 */
const bash = `# goat-dev completion for bash; also for 3.2, which macOS has
_goat_dev() {
  local current="" word line glue="" i
  local -a words=()
  for ((i = 1; i <= COMP_CWORD; i++)); do
    word=\${COMP_WORDS[i]}
    if [[ $i -gt 1 && ( $word == [:=] || -n $glue ) ]]; then
      words[\${#words[@]}-1]+=$word
    else
      words+=("$word")
    fi
    glue=""
    [[ $word == [:=] ]] && glue=yes
  done
  current=\${words[\${#words[@]}-1]}
  unset "words[\${#words[@]}-1]"
  COMPREPLY=()
  while IFS= read -r line; do
    if [[ $line == :files ]]; then
      compopt -o filenames 2>/dev/null
      while IFS= read -r word; do COMPREPLY+=("$word"); done < <(compgen -f -- "\${current##*=}")
      return
    fi
    line=\${line%%$'\\t'*}
    [[ $COMP_WORDBREAKS == *[:=]* ]] && line=\${line#"\${current%"\${current##*[:=]}"}"}
    COMPREPLY+=("$line")
  done < <("\${COMP_WORDS[0]}" __complete "\${words[@]}" ":$current" 2>/dev/null)
}
complete -F _goat_dev goat-dev
`;

const zsh = `#compdef goat-dev
# goat-dev completion for zsh
_goat_dev() {
  local line
  local -a found typed
  typed=("\${(@Q)words[2,CURRENT-1]}")
  for line in "\${(@f)$("\${(Q)words[1]}" __complete "\${typed[@]}" ":\${(Q)PREFIX}" 2>/dev/null)}"; do
    if [[ $line == :files ]]; then
      [[ $PREFIX == --*=* ]] && compset -P '*='
      _files
      return
    fi
    [[ -n $line ]] || continue
    if [[ $line == *$'\\t'* ]]; then
      found+=("\${\${line%%$'\\t'*}//:/\\\\:}:\${line#*$'\\t'}")
    else
      found+=("\${line//:/\\\\:}")
    fi
  done
  _describe goat-dev found
}
if [[ \${funcstack[1]} == _goat-dev ]]; then
  _goat_dev "$@"
else
  compdef _goat_dev goat-dev
fi
`;

const fish = `# goat-dev completion for fish
function __goat_dev_complete
    set -l typed (commandline -opc)
    set -l current (commandline -ct)
    set -l found ($typed[1] __complete $typed[2..-1] ":$current" 2>/dev/null)
    if test "$found" = ":files"
        __fish_complete_path (string replace -r '^--[^=]*=' '' -- $current)
    else
        printf '%s\\n' $found
    end
end
complete -c goat-dev -f -a '(__goat_dev_complete)'
`;

const powershell = `# goat-dev completion for PowerShell
Register-ArgumentCompleter -Native -CommandName goat-dev -ScriptBlock {
  param($wordToComplete, $commandAst, $cursorPosition)
  $words = @($commandAst.CommandElements | Select-Object -Skip 1 |
    Where-Object { $_.Extent.EndOffset -lt $cursorPosition } | ForEach-Object { "$_".Trim("'", '"') })
  $command = $commandAst.CommandElements[0].Value
  & $command __complete @words ":$wordToComplete" 2>$null | ForEach-Object {
    if ($_ -eq ':files') { return }
    $value, $about = $_ -split "\`t", 2
    if (-not $about) { $about = $value }
    [System.Management.Automation.CompletionResult]::new($value, $value, 'ParameterValue', $about)
  }
}
`;

const scripts: Readonly<Record<string, string>> = { bash, zsh, fish, powershell };
