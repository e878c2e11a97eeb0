#include "namer.h"
