#pragma once

#include <array>
#include <initializer_list>
#include <string>
#include <string_view>

#include "core/augment/PartKind.h"
#include "core/base/Json.h"

/// What the readers and writers of a plan's JSON share. Readers throw Error, with the key, for another value.
namespace uada::planjson {

Json numbers(std::initializer_list<int> values);
/// min, max: included
int integer(const Json& json, std::string_view key, int min, int max);
const Json::Array& listOf(const Json& json, std::string_view key);
/// The pixel coordinates under one key, exactly `count` of them.
std::array<int, 4> pixels(const Json& json, std::string_view key, std::size_t count, int min = -kFarthest);
bool boolean(const Json& json, std::string_view key);
/// Two integers, the lower first, under "range" of an object; absent: `usual`.
/// where  the object's key
Range range(const Json& object, std::string_view where, Range usual, int min, int max);
/// How a picture is read: "filter" of an object; absent: bilinear.
Filter filter(const Json& object);
/// Whether a part's gate opened: "fired" of its object; absent: it did.
/// where  the object's key
bool fired(const Json& object, std::string_view where);
/// where  "plan: chain[2]"
const Json& member(const Json& json, std::string_view key, std::string_view where);
/// A name, fit to be quoted: none that is known is longer or has other characters.
std::string word(const Json& json, std::string_view key);
/// A share in [0, 1]; `open`: without 1 itself, nor what becomes 1 in single precision.
double share(const Json& json, std::string_view key, bool open);
/// Whether the second of two words stands under a key of the object; absent: the first does.
bool isSecond(const Json& json, std::string_view key, std::string_view first, std::string_view second);

}  // namespace uada::planjson
