/** Where a material's size travels: the message has no field for it. */
export const SIZE_ANNOTATION = 'chainloop.material.size'
