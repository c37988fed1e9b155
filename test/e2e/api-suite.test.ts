import { clusterBed } from '../api-suite/cluster-bed.js';
import { apiSuite } from '../api-suite/suite.js';
import { clusterEnvironment } from '../cluster/environment.js';

apiSuite('a real cluster', async () => clusterBed(await clusterEnvironment()));
