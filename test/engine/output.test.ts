/* eslint-disable */
import { testsOf } from './support/testsOf';

testsOf('output');
