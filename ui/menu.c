#include "menu.h"
