#include "human.h"
