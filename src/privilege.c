#include "privilege.h"
