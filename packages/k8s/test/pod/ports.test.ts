import { expect } from 'chai';
import { hookErrorOf } from '../../../hooklib/test/hook-error.js';
import { containerPorts, portMap } from '../../src/pod/ports.js';

describe('containerPorts', () => {
  const CASES: readonly [mapping: string, containerPort: number, protocol: string][] = [
    ['80', 80, 'TCP'],
    ['8080:80', 80, 'TCP'],
    ['127.0.0.1:8080:80', 80, 'TCP'],
    [':80', 80, 'TCP'],
    ['5432/tcp', 5432, 'TCP'],
    ['8001:53/udp', 53, 'UDP'],
    ['9/SCTP', 9, 'SCTP'],
    ['[::1]:1:65535', 65535, 'TCP'],
    [' 80 ', 80, 'TCP'],
  ];
  for (const [mapping, containerPort, protocol] of CASES)
    it(`opens ${containerPort}/${protocol} for "${mapping}", and nothing on the node`, () => {
      expect(containerPorts([mapping])).to.deep.equal([{ containerPort, protocol }]);
      expect(portMap([mapping])).to.deep.equal({ [`${containerPort}`]: `${containerPort}` });
    });

  it('names a port once for each protocol', () => {
    expect(containerPorts(['80', '8080:80', '80/udp', '81'])).to.deep.equal([
      { containerPort: 80, protocol: 'TCP' },
      { containerPort: 80, protocol: 'UDP' },
      { containerPort: 81, protocol: 'TCP' },
    ]);
  });

  it('is content with none', () => {
    expect(containerPorts([])).to.deep.equal([]);
    expect(portMap([])).to.deep.equal({});
  });

  for (const mapping of [
    '0',
    '65536',
    '8000-8010',
    '8000-8010:80-90',
    'http',
    '',
    '80/icmp',
    '80:',
    '-1',
    '1e3',
  ])
    it(`refuses "${mapping}", and names it`, () => {
      expect(hookErrorOf('UNSUPPORTED', () => containerPorts([mapping])).message).to.contain(`"${mapping}"`);
      hookErrorOf('UNSUPPORTED', () => portMap([mapping]));
    });
});
