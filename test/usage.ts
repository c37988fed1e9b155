/** Prints how a program is called if `--help` asks for it; false otherwise. */
export function printedHelp(usage: string): boolean {
  const isAsked = process.argv.slice(2).some((argument) => argument === '--help' || argument === '-h');
  if (isAsked) console.log(usage);
  return isAsked;
}
