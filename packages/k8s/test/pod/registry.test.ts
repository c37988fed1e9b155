import { expect } from 'chai';
import { isForRegistry, registryOf } from '../../src/pod/registry.js';

describe('registryOf', () => {
  const IMAGES: readonly [image: string, registry: string][] = [
    ['redis', 'docker.io'],
    ['redis:7', 'docker.io'],
    ['octo/app:1', 'docker.io'],
    ['docker.io/octo/app', 'docker.io'],
    ['index.docker.io/octo/app', 'docker.io'],
    ['ghcr.io/octo/app@sha256:0', 'ghcr.io'],
    ['localhost/app', 'localhost'],
    ['localhost:5000/app:1', 'localhost:5000'],
    ['registry:5000/a/b', 'registry:5000'],
  ];
  for (const [image, registry] of IMAGES)
    it(`is ${registry} for ${image}`, () => {
      expect(registryOf(image)).to.equal(registry);
    });
});

describe('isForRegistry', () => {
  const KEYS: readonly [key: string, registry: string, isFor: boolean][] = [
    ['https://index.docker.io/v1/', 'docker.io', true],
    ['docker.io', 'docker.io', true],
    ['index.docker.io', 'docker.io', true],
    ['https://ghcr.io', 'ghcr.io', true],
    ['ghcr.io/octo', 'ghcr.io', true],
    ['ghcr.io', 'docker.io', false],
    ['ghcr.io', 'ghcrxio', false],
    ['registry:5000', 'registry:5000', true],
    ['registry', 'registry:5000', false],
    ['*.azurecr.io', 'octo.azurecr.io', true],
    ['*.azurecr.io', 'a.b.azurecr.io', false],
    ['', 'ghcr.io', false],
  ];
  for (const [key, registry, isFor] of KEYS)
    it(`takes ${key || 'no key'} ${isFor ? 'as' : 'not as'} one for ${registry}`, () => {
      expect(isForRegistry(key, registry)).to.equal(isFor);
    });
});
