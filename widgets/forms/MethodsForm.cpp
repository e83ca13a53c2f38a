#include "widgets/forms/MethodsForm.h"

#include <fmt/core.h>

#include <QLabel>
#include <QVBoxLayout>
#include <algorithm>
#include <charconv>

#include "core/engine/methods/MethodEntry.h"
#include "widgets/forms/ChoiceCards.h"
#include "widgets/forms/FieldEditor.h"
#include "widgets/forms/PolicyForm.h"
#include "widgets/forms/SettingsForm.h"
#include "widgets/models/Words.h"
#include "widgets/session/Theme.h"

namespace uada {

static constexpr int kColumns = 3;

/// A ticked method.
struct MethodsForm::Part {
  std::string name;
  std::unique_ptr<QWidget> box = {};
  SettingsForm* form = nullptr;
  PolicyForm* policy = nullptr;  ///< null: the method's policy is fixed

  Json json() const {
    Json json = choiceToJson(name, form->values());
    if (policy) json["policy"] = policy->policy();
    return json;
  }
};

static std::vector<CardText> methodCards() {
  std::vector<CardText> cards;
  for (const MethodEntry& method : methods())
    cards.push_back({q(method.name), q(method.title), q(method.source)});
  return cards;
}

MethodsForm::MethodsForm(const Theme& theme, std::vector<PolicyFile> kept, QWidget* parent)
    : QWidget(parent), theme_(theme), kept_(std::move(kept)) {
  auto* layout = new QVBoxLayout(this);
  layout->setContentsMargins(0, 0, 0, 0);
  layout->setSpacing(kGrid);
  cards_ = new ChoiceCards(methodCards(), theme, kColumns, this, ChoiceCards::Many::any);
  cards_->setObjectName("method");
  layout->addWidget(cards_);
  list_ = new QVBoxLayout;
  list_->setSpacing(kGrid);
  layout->addLayout(list_);
  cards_->tick({q(uada::methods().front().name)});
  showTicked();
  connect(cards_, &ChoiceCards::changed, this, [this] {
    showTicked();
    Q_EMIT edited();
  });
}

MethodsForm::~MethodsForm() = default;

void MethodsForm::readFilesBy(PolicyLooks* looks) {
  looks_ = looks;
  for (const auto& part : parts_)
    if (part->policy) part->policy->readFilesBy(looks);
}

std::unique_ptr<MethodsForm::Part> MethodsForm::makePart(const std::string& name) {
  const MethodEntry& method = findMethod(name);
  auto part = std::make_unique<Part>(Part{name});
  part->box = std::make_unique<QWidget>(this);
  auto* layout = new QVBoxLayout(part->box.get());
  layout->setContentsMargins(0, kGrid, 0, 0);
  layout->setSpacing(kGrid);
  const bool hasNone = method.fields.empty() && method.policySetting == PolicySetting::fixed;
  const QString text = hasNone ? tr("%1 has no settings") : tr("Settings of %1");
  auto* title = new QLabel(text.arg(q(method.title)), part->box.get());
  QFont font = title->font();
  font.setBold(true);
  title->setFont(font);
  layout->addWidget(title);
  part->form = new SettingsForm(theme_, kColumns, part->box.get());
  part->form->allowSweeps();
  part->form->setDrawn(drawn_);
  part->form->setFields(method.fields);
  layout->addWidget(part->form);
  connect(part->form, &SettingsForm::edited, this, &MethodsForm::edited);
  if (method.policySetting != PolicySetting::fixed) {
    part->policy = new PolicyForm(theme_, kept_, part->box.get());
    part->policy->readFilesBy(looks_);
    part->policy->setPolicy(policyOf(methodFromJson(name, "form")));
    part->policy->setDrawn(drawn_);
    layout->addWidget(part->policy);
    connect(part->policy, &PolicyForm::edited, this, &MethodsForm::edited);
  }
  list_->addWidget(part->box.get());
  return part;
}

/// A part for each ticked card; those that are there stay.
void MethodsForm::showTicked() {
  const QStringList ticked = cards_->ticked();
  std::erase_if(parts_, [&](const auto& part) { return !ticked.contains(q(part->name)); });
  for (const QString& name : ticked)
    if (std::ranges::none_of(parts_, [&](const auto& part) { return q(part->name) == name; }))
      parts_.push_back(makePart(name.toStdString()));
}

Json MethodsForm::methods() const {
  Json json = Json::array();
  for (const auto& part : parts_) json.push(part->json());
  return json;
}

std::string MethodsForm::first() const { return parts_.empty() ? std::string() : parts_.front()->name; }

void MethodsForm::setMethods(const std::vector<Choice>& methods) {
  cards_->tick({});  // so that they come in the given order
  for (const Choice& method : methods) {
    cards_->tick(cards_->ticked() << q(method.name));
    const Part& part = *parts_.back();
    part.form->setValues(method.settings());
    if (part.policy) part.policy->setPolicy(policyOf(method));
  }
}

std::vector<SweptSetting> MethodsForm::sweeps() const {
  std::vector<SweptSetting> all;
  for (std::size_t i = 0; i < parts_.size(); ++i) {
    for (SweptSetting& one : parts_[i]->form->sweeps())
      all.push_back({fmt::format("methods.{}.{}", i, one.key), std::move(one.values)});
    if (!parts_[i]->policy) continue;
    for (SweptSetting& one : parts_[i]->policy->sweeps())
      all.push_back({fmt::format("methods.{}.policy.{}", i, one.key), std::move(one.values)});
  }
  return all;
}

bool MethodsForm::setSweep(const SweptSetting& setting) {
  constexpr std::string_view kStart = "methods.", kPolicy = "policy.";
  if (!setting.key.starts_with(kStart)) return false;
  const char* const end = setting.key.data() + setting.key.size();
  std::size_t place = 0;
  const auto [dot, problem] = std::from_chars(setting.key.data() + kStart.size(), end, place);
  if (problem != std::errc() || dot == end || place >= parts_.size()) return false;
  const std::string field(dot + 1, end);
  PolicyForm* const policy = parts_[place]->policy;
  if (policy && field.starts_with(kPolicy))
    return policy->setSweep(field.substr(kPolicy.size()), setting.values);
  FieldEditor* const editor = parts_[place]->form->editor(field);
  return editor && editor->setSweep(setting.values);
}

void MethodsForm::setDrawn(bool mayDraw) {
  drawn_ = mayDraw;
  for (const auto& part : parts_) {
    part->form->setDrawn(mayDraw);
    if (part->policy) part->policy->setDrawn(mayDraw);
  }
}

int MethodsForm::problems() const {
  int count = 0;
  for (const auto& part : parts_)
    count += part->form->problems() + (part->policy ? part->policy->problems() : 0);
  return count;
}

FieldEditor* MethodsForm::firstWrong() const {
  for (const auto& part : parts_) {
    if (FieldEditor* wrong = part->form->firstWrong()) return wrong;
    if (FieldEditor* wrong = part->policy ? part->policy->firstWrong() : nullptr) return wrong;
  }
  return nullptr;
}

void MethodsForm::dropRemarks() {
  for (const auto& part : parts_) part->form->dropRemarks();
}

SettingsForm* MethodsForm::formOf(std::size_t place) const {
  return place < parts_.size() ? parts_[place]->form : nullptr;
}

Json MethodsForm::state() const {
  Json state = Json::object();
  for (const auto& part : parts_) {
    Json& one = state[part->name] = Json::object();
    one["fields"] = part->form->state();
    if (part->policy) one["policy"] = part->policy->state();
  }
  return state;
}

void MethodsForm::setState(const Json& state) {
  QStringList wanted;
  for (const auto& [name, part] : state.asObject()) wanted << q(name);
  const auto stays = [&](std::size_t i) {
    return i < static_cast<std::size_t>(wanted.size()) &&
           q(parts_[i]->name) == wanted[static_cast<qsizetype>(i)];
  };
  for (std::size_t i = 0; i < parts_.size(); ++i)
    if (!stays(i)) {  // another order, or others: made anew from there on
      QStringList kept = wanted.first(static_cast<qsizetype>(std::min<std::size_t>(i, wanted.size())));
      cards_->tick(kept);
      break;
    }
  for (qsizetype i = static_cast<qsizetype>(parts_.size()); i < wanted.size(); ++i)
    cards_->tick(wanted.first(i + 1));
  for (const auto& part : parts_) {
    const Json& one = state.at(part->name);
    part->form->setState(one.at("fields"));
    if (part->policy) part->policy->setState(one.at("policy"));
  }
}

}  // namespace uada
