/* eslint-disable */
import { allIn } from './allIn';

allIn('download', 'request', 'submit', 'verdict', 'wait');
