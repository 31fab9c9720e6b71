/* eslint-disable */
import { allIn } from './allIn';

allIn(
	'formats/asyncTask',
	'formats/gemini',
	'formats/openAi',
	'formats/decode/decodeTask',
	'formats/decode/imageRef',
	'formats/decode/readPath',
	'formats/decode/responseShapes',
	'formats/decode/statusWords',
	'formats/decode/taskOfResponse',
);
