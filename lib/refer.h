/*
 * refer: references in the values of properties, as Connect resolves them:
 * ${file:PATH:KEY} out of a property file, ${dir:PATH:NAME} a whole file,
 * ${env:NAME} out of the environment.
 */
#ifndef REFER_H
#define REFER_H

#include <stdbool.h>

#include "err.h"
#include "props.h"

/* There is a reference in the value. */
bool	refer_in(const char *value);

/*
 * The value with its references replaced; the caller frees it. NULL:
 * EX_CONFIG, when there is no such provider, file, key or variable.
 */
char	*refer_resolve(const char *value, struct err *);

/* Read a property file as it is. EX_CONFIG. */
int	refer_load(const char *path, struct props *, struct err *);

/* Read a property file and resolve what it refers to. EX_CONFIG. */
int	refer_read(const char *path, struct props *, struct err *);

#endif
