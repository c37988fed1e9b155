import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { expect } from 'chai';
import { load } from 'js-yaml';
import { codeBlocks, codeSpans, localLinks, tableRows } from './docs/markdown.js';
import { MADE_PAGES } from './docs/pages.js';
import { runnerAccess } from './runner/arc.js';
import { type Permission, PERMISSIONS, rulesYaml } from '../packages/k8s/src/cli/permissions.js';
import { loadTemplate } from '../packages/k8s/src/template/template.js';
import { parseSettings } from '../packages/k8s/src/settings/file.js';
import { VARIABLES } from '../packages/k8s/src/settings/schema.js';

const ROOT = join(import.meta.dirname, '..');
const read = (file: string) => readFileSync(join(ROOT, file), 'utf8');
const files = (folder: string, ending: string) =>
  readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith(ending))
    .map((name) => join(folder, name));

const PAGES = ['README.md', 'CONTRIBUTING.md', 'CHANGELOG.md', ...files('docs', '.md')];
const SOURCES = [...files('packages/hooklib/src', '.ts'), ...files('packages/k8s/src', '.ts')]
  .map(read)
  .join('\n');

describe('the documentation', () => {
  for (const page of PAGES)
    describe(page, () => {
      const markdown = read(page);

      it('links only to what is there', () => {
        const missing = localLinks(markdown).filter((link) => !existsSync(join(ROOT, dirname(page), link)));
        expect(missing).to.deep.equal([]);
      });

      it('names only npm scripts that exist', () => {
        const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };
        const texts = [...codeBlocks(markdown).map(({ text }) => text), ...codeSpans(markdown)].join('\n');
        const named = [...texts.matchAll(/npm (?:run )?(?:--silent )?([a-z][\w:]*)/g)].map(
          ([, name = '']) => name,
        );
        expect(named.filter((name) => !['ci', 'install'].includes(name) && !(name in scripts))).to.deep.equal(
          [],
        );
      });

      it('names only files of this repository that are there', () => {
        const paths = codeSpans(markdown).filter((text) =>
          /^(packages|test|docs|examples|scripts)\/[\w./-]+$/.test(text),
        );
        const built = (path: string) => path.startsWith('packages/k8s/dist');
        expect(paths.filter((path) => !built(path) && !existsSync(join(ROOT, path)))).to.deep.equal([]);
      });

      it('has blocks of JSON and YAML that can be read', () => {
        for (const { language, text } of codeBlocks(markdown)) {
          if (language === 'json') JSON.parse(text);
          if (language === 'yaml') load(text);
        }
      });

      it('names only variables that the hooks or the runner know', () => {
        const known = new Set(Object.values(VARIABLES).map(({ name }) => name));
        const foreign = [
          'ACTIONS_RUNNER_CONTAINER_HOOKS',
          // docs/migration.md says that it has no meaning here.
          'ACTIONS_RUNNER_USE_KUBE_SCHEDULER',
          // The runner's own: docs/migration.md says what it refuses.
          'ACTIONS_RUNNER_REQUIRE_JOB_CONTAINER',
        ];
        const named = codeSpans(markdown).flatMap((text) => text.match(/\bACTIONS_RUNNER_\w+/g) ?? []);
        expect(named.filter((name) => !known.has(name) && !foreign.includes(name))).to.deep.equal([]);
      });
    });

  for (const [name, make] of Object.entries(MADE_PAGES))
    it(`has docs/${name} as the code says: npm run docs`, async () => {
      expect(read(`docs/${name}`)).to.equal(await make(join(ROOT, 'docs', name)));
    });
});

describe('README.md', () => {
  const readme = read('README.md');

  it('names the version', () => {
    const { version } = JSON.parse(read('package.json')) as { version: string };
    expect(readme).to.contain(`**Version ${version}**`);
  });

  it('fits its first screens', () => {
    expect(readme.split('\n').length).to.be.at.most(120);
  });

  it('compares with upstream by figures of docs/benchmarks.md', () => {
    const [, compared = ''] = readme.split(/^## Compared.*/m);
    const figures = tableRows(compared.split(/^## /m)[0] ?? '').flatMap(([, ...cells]) =>
      cells.flatMap((cell) => cell.match(/[+-]?[\d,]+(\.\d+)?(?= (ms|MB|lines|of)\b)/g) ?? []),
    );
    expect(figures).to.have.length.above(12);
    const measured = read('docs/benchmarks.md').replaceAll('**', '');
    expect(
      figures.filter(
        (figure) => !new RegExp(`(?<!\\d)${figure.replaceAll(/[+.]/g, '\\$&')} `).test(measured),
      ),
    ).to.deep.equal([]);
  });
});

describe('docs/troubleshooting.md', () => {
  const page = read('docs/troubleshooting.md');
  const rows = tableRows(page)
    .map(([code = '', ...others]) => [code.replace(/^<a id="\w+"><\/a>/, ''), ...others])
    .filter(([code]) => /^`[A-Z_]+`$/.test(code ?? ''));
  const [, messages = ''] = page.split(/^## .*/m);

  /** Texts that are quoted and that the sources do not have: `…` stands for a value. */
  const unknownTexts = (quoted: string): string[] => {
    const parts = codeSpans(quoted).flatMap((text) => text.split('…'));
    const texts = parts
      .map((part) => part.replaceAll(/^[\s":;,]+|[\s":;,.]+$/g, ''))
      .filter((part) => part.length > 2);
    expect(texts).to.not.be.empty;
    return texts.filter((text) => !SOURCES.includes(text));
  };

  it('has one row for each code of HookError', () => {
    const [, union = ''] = /type HookErrorCode =(.*?);/s.exec(read('packages/hooklib/src/errors.ts')) ?? [];
    const codes = [...union.matchAll(/'(\w+)'/g)].map(([, code]) => `\`${code ?? ''}\``);
    expect(codes).to.have.length.above(10);
    expect(rows.map(([code]) => code)).to.have.members([...codes, '`UNEXPECTED`']);
  });

  for (const [code = '', message = ''] of rows)
    it(`quotes the messages of ${code} as they are`, () => {
      expect(unknownTexts(message)).to.deep.equal([]);
    });

  for (const [message = ''] of tableRows(messages))
    it(`quotes ${message} as it is`, () => {
      // What the system says, and not we: the code of a failed call.
      expect(unknownTexts(message.replace('ENOENT', ''))).to.deep.equal([]);
    });
});

describe('docs/rbac.md', () => {
  const role = load(
    codeBlocks(read('docs/rbac.md')).find(({ language }) => language === 'yaml')?.text ?? '',
  ) as Role;
  const verbs = ({ rules }: Role) =>
    rules.flatMap((rule) =>
      rule.resources.flatMap((resource) => rule.verbs.map((verb) => `${verb} ${resource}`)),
    );

  it('asks for nothing that the Role of ARC does not give, in either mode', () => {
    for (const mode of ['volume', 'novolume'] as const) {
      const arc = runnerAccess(mode, 'ci').find(({ kind }) => kind === 'Role');
      expect(verbs(arc as Role)).to.include.members(verbs(role));
    }
  });

  it('has the rules that cli.js prints, and those for better messages', () => {
    const pages = codeBlocks(read('docs/rbac.md')).map(({ text }) => load(text) as Role);
    const isOptional = ({ optional }: Permission) => optional === true;
    const parsed = (permissions: readonly Permission[]) => load(rulesYaml(permissions)) as Role;
    expect(pages.map(({ rules }) => ({ rules }))).to.deep.equal([
      parsed(PERMISSIONS.filter((each) => !isOptional(each))),
      parsed(PERMISSIONS.filter(isOptional)),
    ]);
  });

  it('says for each verb why', () => {
    const explained = tableRows(read('docs/rbac.md')).map(([verb = '']) => verb.replaceAll('`', ''));
    expect(explained).to.have.members(verbs(role));
  });
});

describe('docs/migration.md', () => {
  const remedies = tableRows(read('docs/migration.md'))
    .flatMap((row) => codeSpans(row.at(-1) ?? ''))
    .filter((text) => /^(spec|metadata): /.test(text));

  it('has templates for earlier results', () => {
    expect(remedies).to.have.length.above(8);
  });

  for (const remedy of remedies)
    it(`names ${remedy}, which is accepted without a warning`, () => {
      expect(loadTemplate([{ file: 'pod.yaml', text: remedy }]).warnings).to.deep.equal([]);
    });

  const [, list = ''] = read('docs/migration.md').split(/^## What upstream's tests state$/m);
  const tests = [...list.matchAll(/\[([^\]]+)\]\(\.\.\/([^)]+\.test\.ts)\)/g)];

  it('says of each behaviour which test states it', () => {
    expect(tests).to.have.length.above(20);
    for (const [first, ...others] of tableRows(list))
      expect(others.join(''), first).to.match(/\.test\.ts\)|\*\*not yet\*\*/);
  });

  for (const [, title = '', file = ''] of tests)
    it(`names the test "${title}" as it is`, () => {
      expect(read(file).replaceAll("\\'", "'")).to.contain(title);
    });
});

describe('docs/template.md', () => {
  const examples = codeBlocks(read('docs/template.md')).filter(({ language }) => language === 'yaml');

  it('has examples that are accepted without a warning', () => {
    expect(examples).to.not.be.empty;
    for (const [index, { text }] of examples.entries())
      expect(loadTemplate([{ file: `example ${index + 1}`, text }]).warnings).to.deep.equal([]);
  });
});

describe('docs/options.md', () => {
  it('has examples that are a template or settings', () => {
    const examples = codeBlocks(read('docs/options.md')).filter(({ language }) => language === 'yaml');
    const [templates, settings] = [true, false].map((wanted) =>
      examples.map(({ text }) => text).filter((text) => text.startsWith('spec:') === wanted),
    );
    expect(templates).to.have.length(1);
    expect(settings).to.have.length(1);
    expect(loadTemplate([{ file: 'example', text: templates?.[0] ?? '' }]).warnings).to.deep.equal([]);
    expect(parseSettings('example', settings?.[0] ?? '').faults).to.deep.equal([]);
  });
});

describe('docs/settings.md', () => {
  const examples = codeBlocks(read('docs/settings.md')).filter(({ language }) => language === 'yaml');

  it('has examples that are settings files', () => {
    expect(examples).to.not.be.empty;
    for (const { text } of examples) {
      const { values, faults } = parseSettings('example', text);
      expect(faults).to.deep.equal([]);
      expect(values).to.not.deep.equal({});
    }
  });
});

describe('docs/adr', () => {
  for (const file of files('docs/adr', '.md'))
    it(`${relative('docs/adr', file)} says context, decision and consequences`, () => {
      const headings = [...read(file).matchAll(/^## (.*)$/gm)].map(([, heading]) => heading);
      expect(headings).to.deep.equal(['Context', 'Decision', 'Consequences']);
    });
});

interface Role {
  rules: { resources: string[]; verbs: string[] }[];
}
