/* eslint-disable */
import { writeFileSync } from 'node:fs';

import { fieldsPage } from './fieldsPage';

/** Writes the page of all fields; `npm test` tells when it is due. */
writeFileSync('docs/fields.md', fieldsPage());
