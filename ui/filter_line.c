#include "filter_line.h"
