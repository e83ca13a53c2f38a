#include "widgets/session/DeviceSearch.h"
