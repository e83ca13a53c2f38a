#pragma once

#include <vector>

#include "core/base/Json.h"
#include "core/engine/Reports.h"

namespace uada {

/// The groups of a decision as one array, without their pictures: as a project stores them and as
/// 'uada export --what decisions' writes them.
Json groupsToJson(const std::vector<GroupDecision>& groups);
/// throws  Error naming the group and the member, if it is not what groupsToJson() writes, or wrote in
/// earlier versions (NaN as a text)
std::vector<GroupDecision> groupsFromJson(const Json& groups);

}  // namespace uada
