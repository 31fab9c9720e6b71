/* eslint-disable */
import { testsOf } from './support/testsOf';

testsOf('retries');
