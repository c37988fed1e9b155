import { expect } from 'chai';
import { load } from 'js-yaml';
import { annotatedYaml } from '../../src/cli/annotated-yaml.js';

const yaml = (...values: object[]) =>
  annotatedYaml(
    values.map((value, index) => ({ value, origin: index === 0 ? undefined : `stage ${index}` })),
  );

describe('annotated YAML', () => {
  it('says nothing of what was there from the beginning', () => {
    expect(yaml({ metadata: { name: 'a' } }, { metadata: { name: 'a' } })).to.equal('metadata:\n  name: a\n');
  });

  it('names the last stage that has changed a value', () => {
    const spec = (hostname: string, subdomain?: string) => ({ spec: { hostname, subdomain } });
    expect(yaml(spec('a'), spec('b', 'x'), spec('c', 'x'))).to.equal(
      'spec:\n  hostname: c # stage 2\n  subdomain: x # stage 1\n',
    );
  });

  it('says it once of a map all of which came at once', () => {
    expect(yaml({ spec: {} }, { spec: { nodeSelector: { a: 'b', c: 'd' } } })).to.equal(
      'spec: # stage 1\n  nodeSelector:\n    a: b\n    c: d\n',
    );
  });

  it('finds an element of a list by its key, wherever it stands', () => {
    const containers = (...names: string[]) => ({
      spec: { containers: names.map((name) => ({ name, image: name })) },
    });
    expect(yaml(containers('job'), containers('side', 'job'))).to.equal(
      'spec:\n  containers:\n    # stage 1\n    - name: side\n      image: side\n    - name: job\n      image: job\n',
    );
  });

  it('hides literal values of variables unless the first stage has them', () => {
    const env = (...names: string[]) => ({
      spec: { containers: [{ name: 'job', env: names.map((name) => ({ name, value: `of ${name}` })) }] },
    });
    const text = yaml(env('CI'), env('CI', 'TOKEN'));
    expect(text).to.contain('value: of CI').and.contain('value: <hidden>').and.not.contain('of TOKEN');
  });

  it('is the same to a parser as the object itself', () => {
    const value = {
      metadata: {
        annotations: {
          script: 'set -e\n\n  echo "a: b" # c',
          end: 'a\n',
          tab: 'a\n\tb',
          odd: ' a',
          colon: 'a: b',
          number: '0123',
          word: 'No',
          hex: '0x1F',
          empty: '',
          unicode: 'ü',
          '': 'x',
          'a/b.c': '* & ! | > %',
        },
      },
      spec: {
        containers: [{ name: 'a', args: ['-', '--a=b', '{', ' '], ports: [], securityContext: {} }],
        active: 5,
      },
    };
    expect(load(yaml(value))).to.deep.equal(value);
  });
});
