import type { Command } from './command.js';

export const SHELLS = ['bash', 'zsh'] as const;

/** A script that completes commands and options of `cli.js`; operands are files. For zsh, by its bash completion. */
export function completion(shell: (typeof SHELLS)[number], commands: readonly Command[]): string {
  const cases = commands.map(({ name, options }) => {
    const words = [...Object.keys(options), 'help'].map((option) => `--${option}`);
    return `    ${name}) words='${words.join(' ')}' ;;`;
  });
  const script = `_podhooks() {
  local words word="\${COMP_WORDS[COMP_CWORD]}" at=1
  [[ \${COMP_WORDS[0]} == node ]] && at=2
  if ((COMP_CWORD == at)); then words='${commands.map(({ name }) => name).join(' ')} --version --help'
  else case "\${COMP_WORDS[at]}" in
${cases.join('\n')}
  esac; fi
  if [[ $word == -* ]] || ((COMP_CWORD == at)); then COMPREPLY=($(compgen -W "$words" -- "$word"))
  else COMPREPLY=($(compgen -f -- "$word")); fi
}
complete -F _podhooks cli.js podhooks
`;
  return shell === 'bash' ? script : `autoload -Uz +X bashcompinit && bashcompinit\n${script}`;
}
