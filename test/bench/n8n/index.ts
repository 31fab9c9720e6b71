/* eslint-disable */
import type { BenchGroup } from '../row';
import { builtInNodes } from './builtIn';
import { workflowsByHand } from './byHand';
import { largeImages } from './largeImages';
import { limitedByHand } from './limited';
import { scaleOut } from './scaleOut';

/** Rows that need a real n8n server. */
export const groups: BenchGroup[] = [workflowsByHand, limitedByHand, builtInNodes, largeImages, scaleOut];
