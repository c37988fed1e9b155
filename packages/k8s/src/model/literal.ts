/** The kubelet expands `$(NAME)` in commands and arguments, and takes `$$` for `$`; docker does neither. */
export function literal(text: string): string {
  return text.replaceAll('$', '$$$$');
}
