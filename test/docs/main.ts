/* eslint-disable */
import { readFileSync, writeFileSync } from 'node:fs';

import { withParameterTable } from './readme';

/** Writes the table of all fields into the README; `npm test` tells when it is due. */
writeFileSync('README.md', withParameterTable(readFileSync('README.md', 'utf8')));
