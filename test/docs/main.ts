/* eslint-disable */
import { writeFileSync } from 'node:fs';

import { fieldsPage } from './fieldsPage';

/** Writes docs/fields.md. `npm test` fails if it is outdated. */
writeFileSync('docs/fields.md', fieldsPage());
