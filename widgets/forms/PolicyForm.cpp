#include "widgets/forms/PolicyForm.h"

#include <QLabel>
#include <QVBoxLayout>

#include "core/augment/Space.h"
#include "core/augment/found/Library.h"
#include "core/base/Error.h"
#include "widgets/forms/ChoiceCards.h"
#include "widgets/forms/FieldEditor.h"
#include "widgets/forms/FormStyle.h"
#include "widgets/forms/PolicyLooks.h"
#include "widgets/forms/SettingsForm.h"
#include "widgets/models/Words.h"
#include "widgets/session/Theme.h"

namespace uada {
namespace {

constexpr int kColumns = 3;

std::vector<CardText> policyCards() {
  std::vector<CardText> cards;
  for (const Policy& policy : policies())
    cards.push_back({QString::fromStdString(policy.name), QString::fromStdString(policy.title),
                     QString::fromStdString(policy.source)});
  return cards;
}

}  // namespace

PolicyForm::PolicyForm(const Theme& theme, std::vector<PolicyFile> kept, QWidget* parent)
    : QWidget(parent), kept_(std::move(kept)) {
  auto* layout = new QVBoxLayout(this);
  layout->setContentsMargins(0, 0, 0, 0);
  layout->setSpacing(kGrid);
  cards_ = new ChoiceCards(policyCards(), theme, kColumns, this);
  cards_->setObjectName("policy");
  form_ = new SettingsForm(theme, kColumns, this);
  form_->allowSweeps();
  layout->addWidget(quietLabel(tr("Policy"), theme, this));
  layout->addWidget(cards_);
  layout->addWidget(form_);
  const auto showFields = [this] { form_->setFields(findPolicy(cards_->chosen().toStdString()).fields()); };
  showFields();
  connect(cards_, &ChoiceCards::changed, this, [this, showFields] {
    showFields();
    change();
  });
  connect(form_, &SettingsForm::edited, this, &PolicyForm::change);
}

Json PolicyForm::policy() const { return choiceToJson(cards_->chosen().toStdString(), form_->values()); }

void PolicyForm::setPolicy(const Choice& policy) {
  cards_->choose(QString::fromStdString(policy.name));
  if (const Json* file = policy.settings().find("file")) file_ = file->asString();
  form_->setValues(policy.settings());
}

std::vector<SweptSetting> PolicyForm::sweeps() const { return form_->sweeps(); }

bool PolicyForm::setSweep(const std::string& field, const SweptValues& values) {
  FieldEditor* const editor = form_->editor(field);
  return editor && editor->setSweep(values);
}

void PolicyForm::setDrawn(bool mayDraw) { form_->setDrawn(mayDraw); }

Json PolicyForm::state() const {
  return Json::Object{{"policy", cards_->chosen().toStdString()}, {"fields", form_->state()}};
}

void PolicyForm::setState(const Json& state) {
  cards_->choose(q(state.at("policy").asString()));
  const Json& fields = state.at("fields");
  if (const Json* file = fields.find("file"))  // the hash that is set next belongs to it
    if (const Json* text = file->find("text")) file_ = text->asString();
  form_->setState(fields);
}

int PolicyForm::problems() const { return form_->problems(); }

FieldEditor* PolicyForm::firstWrong() const { return form_->firstWrong(); }

void PolicyForm::change() {
  checkFile();
  Q_EMIT edited();
}

/// The hash goes with the file: when another is named, it is recorded anew.
void PolicyForm::checkFile() {
  if (!findPolicy(cards_->chosen().toStdString()).isFile) return;
  const Json values = form_->values();
  const std::string file = values.at("file").asString();
  if (file != std::exchange(file_, file) && !values.at("sha256").asString().empty())
    return form_->editor("sha256")->setValue("");  // comes back here
  form_->setRemark("file", problemOf(file, values.at("sha256").asString()));
}

/// Empty also while it is not known.
QString PolicyForm::problemOf(const std::string& file, const std::string& hash) const try {
  std::vector<PolicyFile> known = kept_;
  if (looks_ && isPolicyPath(file)) {
    const PolicyLooks::Look* const look = looks_->at(file);
    if (!look) return {};
    if (!look->problem.empty()) throw Error(look->problem);
    known.push_back(look->file);
  }
  policyIn(choosePolicyFile(file, hash, known));
  return {};
} catch (const Error& error) {
  return QString::fromStdString(error.what());
}

void PolicyForm::readFilesBy(PolicyLooks* looks) {
  looks_ = looks;
  if (looks) connect(looks, &PolicyLooks::found, this, &PolicyForm::change);
}

}  // namespace uada
