/** Somebody who knows nothing but the log of a job, and does to the letter what it says. */
import { readFileSync, writeFileSync } from 'node:fs';

/** What a stranger with the rights of an administrator can do. */
export interface Hands {
  grant(verb: string, resource: string): void;
  createSecret(name: string, keys: readonly string[]): Promise<void>;
  setVariable(name: string, value: string): void;
}

type Apply = (found: readonly string[], hands: Hands) => void | Promise<void>;

/** Changes one line of the file that the log names. */
function editLine(place: string, change: (line: string) => string): void {
  const [, file = '', number = ''] = /^(.*):(\d+)$/.exec(place) ?? [];
  const lines = readFileSync(file, 'utf8').split('\n');
  lines[Number(number) - 1] = change(lines[Number(number) - 1] ?? '');
  writeFileSync(file, lines.join('\n'));
}

const FIXES: readonly { readonly says: RegExp; readonly apply: Apply }[] = [
  {
    says: /Add the verb "(\S+)" on "(\S+)" to the Role/,
    apply: ([, verb = '', resource = ''], hands) => hands.grant(verb, resource),
  },
  {
    says: /(\S+:\d+): (?:\S*\.)?(\S+?): unknown (?:field|setting); did you mean (\S+)\?/,
    apply: ([, place = '', wrong = '', right = '']) => editLine(place, (line) => line.replace(wrong, right)),
  },
  {
    says: /(\S+:\d+): \S+: (\S+) has no image; did you mean (\S+)\?/,
    apply: ([, place = '', wrong = '', right = '']) =>
      editLine(place, (line) => line.replace(`name: ${wrong}`, () => `name: ${right}`)),
  },
  {
    says: /(\S+:\d+): (?:\S*\.)?(\S+): expected a text, found a number; put it in quotes/,
    apply: ([, place = '', field = '']) =>
      editLine(place, (line) => line.replace(new RegExp(`${field}: (\\d+)`), `${field}: '$1'`)),
  },
  {
    says: /(\S+):\d+: \S+: the pod has no volume (\S+); add it to spec\.volumes/,
    apply: ([, file = '', volume = '']) =>
      writeFileSync(
        file,
        `${readFileSync(file, 'utf8')}\n---\nspec: { volumes: [{ name: ${volume}, emptyDir: {} }] }\n`,
      ),
  },
  {
    says: /(\S+:\d+): (?:\S*\.)?(\S+): expected a number of \w+, (\d+) or more/,
    apply: ([, place = '', key = '', least = '']) =>
      editLine(place, (line) => line.replace(new RegExp(`${key}: .*`), `${key}: ${least}00`)),
  },
  {
    says: /(\S+) wants (true) or false, got/,
    apply: ([, name = '', value = ''], hands) => hands.setVariable(name, value),
  },
  {
    says: /secret "(\S+)" not found[^]*Create the object or the key that the message names/,
    apply: ([, name = ''], hands) => hands.createSecret(name, ['key']),
  },
  {
    says: /couldn't find key (\S+) in Secret \w+\/(\S+)[^]*Create the object or the key that the message names/,
    apply: ([, key = '', name = ''], hands) => hands.createSecret(name, [key]),
  },
];

/** @throws Error where the log names nothing that could be done as it stands. */
export async function doAsTold(log: string, hands: Hands): Promise<void> {
  for (const { says, apply } of FIXES) {
    const found = says.exec(log);
    if (found !== null) return apply(found, hands);
  }
  throw new Error(`the log names no fix:\n${log}`);
}
