#include "frame_make.h"
