/* eslint-disable */
import { allIn } from './allIn';

allIn('download', 'namedTask', 'request', 'submit', 'verdict', 'wait');
