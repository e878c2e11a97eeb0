#include "feeds.h"
