/** Who may log in. */
export const ann = { name: 'ann', password: 'correct horse' };
