#include "owner_cache.h"
