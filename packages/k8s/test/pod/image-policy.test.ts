import { expect } from 'chai';
import fc from 'fast-check';
import { requireAllowedImage, resolveImage, rewrittenImage } from '../../src/pod/image-policy.js';
import { hookErrorOf } from '../../../hooklib/test/hook-error.js';

const DIGEST = `sha256:${'0a'.repeat(32)}`;
const ALLOWED = [
  'docker.io/library/node',
  'docker.io/library/redis:7',
  `docker.io/library/debian@${DIGEST}`,
  'ghcr.io/our-org/*',
  'registry.test:5000/*',
  '*.corp.test/*',
];

const permits = (image: string, allowed = ALLOWED): boolean => {
  try {
    requireAllowedImage(image, 'service db', allowed);
    return true;
  } catch {
    return false;
  }
};

describe('the images that are allowed', () => {
  for (const image of [
    'node',
    'node:22',
    `node@${DIGEST}`,
    'library/node',
    'docker.io/node:22-alpine',
    'index.docker.io/library/node',
    'redis:7',
    `debian@${DIGEST}`,
    `debian:any@${DIGEST}`,
    'ghcr.io/our-org/app',
    'ghcr.io/our-org/team/app:1',
    'GHCR.IO/our-org/app',
    'registry.test:5000/a/b:1',
    'mirror.corp.test/a',
  ])
    it(`are those that match: ${image}`, () => expect(permits(image)).to.equal(true));

  for (const image of [
    'nodes',
    'node/node',
    'evil/node',
    'evil.test/library/node',
    'docker.io.evil.test/library/node',
    'redis',
    'redis:8',
    'redis:7-evil',
    `redis:7@${DIGEST}`,
    'debian',
    'debian:12',
    `debian@${DIGEST.replace('0a', '0b')}`,
    'ghcr.io/our-org',
    'ghcr.io/our-org-evil/app',
    'ghcr.io/evil/our-org/app',
    'ghcr.io:443/our-org/app',
    'ghcr.io./our-org/app',
    'ghcr.io/our-org/../evil/app',
    'ghcr.io//our-org/app',
    'ghcr.io/Our-Org/app',
    'registry.test/a',
    'registry.test:5001/a',
    'registry.test:5000@evil.test/a',
    'evil.test/x.corp.test/a',
    'evil.test:80/a.corp.test/b',
    'DOCKER.IO/node',
    'Evil/library/node',
    'https://ghcr.io/our-org/app',
    'ghcr.io/our-org/app:a:b',
    'ghcr.io/our-org/app@sha256:1',
    `ghcr.io/our-org/app@${DIGEST}@${DIGEST}`,
    'ghcr.io/our-org/app\n',
    ' ghcr.io/our-org/app',
    'ghcr.io/our-org/app:',
    DIGEST,
    '0a'.repeat(32),
    '',
  ])
    it(`are no others: ${JSON.stringify(image)}`, () => expect(permits(image)).to.equal(false));

  it('are no name that is longer than runtimes take, whose comparison would take its time', () => {
    const image = `ghcr.io/our-org/${'a'.repeat(5_000)}`;
    expect(permits(image, ['ghcr.io/our-org/*'])).to.equal(false);
    expect(permits(image, [`ghcr.io/our-org/${'*a'.repeat(9)}*b`])).to.equal(false);
  });

  it('are not an image of the node by its identifier, even where every image is allowed', () => {
    expect(permits(DIGEST, ['*'])).to.equal(false);
    expect(permits('0a'.repeat(32), ['docker.io/library/*'])).to.equal(false);
    expect(permits('any.test/image:1', ['*'])).to.equal(true);
  });

  it('are all without the setting', () => expect(permits(DIGEST, [])).to.equal(true));

  it('are named by the refusal, with what the image stands for', () => {
    const { message, hint } = hookErrorOf('UNSUPPORTED', () =>
      requireAllowedImage('evil/node:1', 'service db', ['ghcr.io/our-org/*']),
    );
    expect(message).to.equal(
      'The image "evil/node:1" of service db is not allowed: it stands for docker.io/evil/node:1, and ACTIONS_RUNNER_HOOK_IMAGES_ALLOW has ghcr.io/our-org/*.',
    );
    expect(hint).to.contain('ask the administrator');
  });

  it('are the same however the image is spelled', () => {
    const word = fc.stringMatching(/^[a-z0-9]{1,8}$/);
    const tag = fc.option(fc.stringMatching(/^[a-z0-9]{1,8}$/), { nil: undefined });
    const spelling = fc.constantFrom(
      '',
      'library/',
      'docker.io/',
      'docker.io/library/',
      'index.docker.io/library/',
    );
    fc.assert(
      fc.property(word, tag, fc.boolean(), spelling, (name, version, hasDigest, prefix) => {
        const end = `${version === undefined ? '' : `:${version}`}${hasDigest ? `@${DIGEST}` : ''}`;
        expect(resolveImage(`${prefix}${name}${end}`)).to.deep.equal({
          name: `docker.io/library/${name}`,
          tag: version,
          digest: hasDigest ? DIGEST : undefined,
        });
      }),
    );
  });

  it('are in the registry and below the folder that the setting names, whatever the text', () => {
    const piece = fc.constantFrom(
      'ghcr.io',
      'our-org',
      'evil.test',
      'evil',
      '/',
      ':',
      '@',
      '.',
      '..',
      'a',
      'A',
      '5000',
      DIGEST,
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 9 }), (pieces) => {
        const image = pieces.join('');
        if (permits(image, ['ghcr.io/our-org/*']))
          expect(image.toLowerCase()).to.match(/^ghcr\.io\/our-org\/[a-z0-9]/);
      }),
      { numRuns: 5_000, examples: [[['ghcr.io', '/', 'our-org', '/', 'a']]] },
    );
  });
});

const REWRITES = {
  'docker.io': 'mirror.test/hub',
  'docker.io/library/': 'mirror.test:5000/official/',
  'ghcr.io/our-org/app': 'mirror.test/app',
};

describe('where images come from instead', () => {
  for (const [image, expected] of [
    ['node', 'mirror.test:5000/official/node'],
    ['docker.io/library/node:22', 'mirror.test:5000/official/node:22'],
    [`index.docker.io/node:22@${DIGEST}`, `mirror.test:5000/official/node:22@${DIGEST}`],
    ['bitnami/redis:7', 'mirror.test/hub/bitnami/redis:7'],
    ['GHCR.io/our-org/app', 'mirror.test/app'],
    ['ghcr.io/our-org/app/x:1', 'mirror.test/app/x:1'],
    ['ghcr.io/our-org/application', 'ghcr.io/our-org/application'],
    ['docker.io.evil.test/library/node', 'docker.io.evil.test/library/node'],
    ['mirror.test/hub/library/node', 'mirror.test/hub/library/node'],
    [DIGEST, DIGEST],
    ['no image at all', 'no image at all'],
  ] as const)
    it(`is ${expected} for ${image}`, () => expect(rewrittenImage(image, REWRITES)).to.equal(expected));

  it('is the same for every spelling of an image, with its tag and digest', () => {
    const spelling = fc.constantFrom(
      '',
      'library/',
      'docker.io/',
      'docker.io/library/',
      'index.docker.io/library/',
    );
    const end = fc.constantFrom('', ':22', `@${DIGEST}`, `:22@${DIGEST}`);
    fc.assert(
      fc.property(fc.stringMatching(/^[a-z0-9]{1,8}$/), spelling, end, (name, prefix, after) => {
        expect(rewrittenImage(prefix + name + after, REWRITES)).to.equal(
          `mirror.test:5000/official/${name}${after}`,
        );
      }),
    );
  });
});
