"""Sentences of the services that pages show in the person's language (see `reviewhub.sentences`).

A test reads the services, and finds a sentence that is missing here.
"""

from django.utils.translation import gettext_noop

from reviewhub.sentences import keep

# --- Why a request or a message stands as it does -----------------------------------------------------

keep(
    gettext_noop("Cancelled by %(who)s."),
    gettext_noop("Cancelled through the API by %(who)s."),
    gettext_noop("Marked as responded by %(who)s."),
    gettext_noop("Erased by %(who)s."),
    gettext_noop("Skipped by %(who)s."),
    gettext_noop("Merged by %(who)s with a contact that has an open request."),
    gettext_noop("%(why)s (e-mail)"),
    gettext_noop("%(why)s (text message)"),
    gettext_noop("Cancelled through the API."),
    gettext_noop("Released through the API."),
    gettext_noop("Told through the API."),
    gettext_noop("Held by %(who)s."),
    gettext_noop("Released by %(who)s."),
    gettext_noop("Held through the API."),
    gettext_noop("Held by staff."),
    gettext_noop("Perhaps an opt-out: staff decide."),
    gettext_noop("A refund is under way."),
    gettext_noop("The job is not finished."),
    gettext_noop("There is a dispute."),
    gettext_noop("It is to wait."),
    gettext_noop("The customer responded."),
    gettext_noop("The customer has been asked again since."),
    gettext_noop("No answer."),
    gettext_noop("Replied by text message."),
    gettext_noop("Went to %(site)s."),
    gettext_noop("Left feedback."),
    gettext_noop("Opted out by text message, as %(who)s read it."),
    gettext_noop("No opt-out, as %(who)s read it."),
    gettext_noop("Wrong number."),
    gettext_noop("The address does not exist."),
    gettext_noop("The request has ended."),
    gettext_noop("The account is switched off."),
    gettext_noop("No channel could deliver it."),
    gettext_noop("The other channel took over."),
    gettext_noop("The address must not be written to: %(why)s."),
    gettext_noop("The contact has no address left that this request may be sent to."),
    gettext_noop("The e-mail address changed."),
    gettext_noop("The e-mail address was removed."),
    gettext_noop("The mobile number changed."),
    gettext_noop("The mobile number was removed."),
    gettext_noop("This step was removed from the sequence."),
    gettext_noop("No provider is set up for this channel."),
    gettext_noop("No %(why_language)s text for %(why_step)s: it goes in %(why_other)s."),
    gettext_noop("Reminder after %(days)s days"),
    gettext_noop("Reminder after %(hours)s hours"),
    gettext_noop("No provider of texts is set up."),
    gettext_noop("To write this message takes more memory than there is for one."),
    gettext_noop("An error of ours; the log has it."),
    gettext_noop("Its provider reported that it left."),
    gettext_noop("Waits its turn: %(sender)s sends %(number)s texts a second."),
    gettext_noop("The provider could not be asked for a day: staff decide whether it was sent."),
    gettext_noop("The provider does not have it."),
    gettext_noop("Tried %(number)s times; it never left."),
    gettext_noop("Retried by staff."),
    gettext_noop("Sent early by staff."),
    gettext_noop("Sent, as staff found out."),
    gettext_noop("Waits until the installation's account with the provider is in order."),
    gettext_noop("Sent twice without an answer; it may have arrived."),
    gettext_noop("The worker died while sending; it may have left."),
    gettext_noop("The worker died or hung %(number)s times over this message."),
    gettext_noop("The provider did not answer; it may have left."),
    gettext_noop("The provider did not answer; it may have arrived. It is sent once more, under the same Message-ID."),
    gettext_noop("Attempt %(number)s failed; the next one follows."),
    gettext_noop("The account has no postal address, and no mail may leave without one."),
    gettext_noop("No reason was given."),
)

# --- After a restore of the database ----------------------------------------------------------------------

keep(
    gettext_noop("It was being sent when the backup was made."),
    gettext_noop("Counted as sent: it was due before the database was restored, and is not sent again."),
    gettext_noop("Sent after the restore, as the operator decided."),
    gettext_noop("The provider is asked whether it left before the database was restored."),
    gettext_noop("The database was restored from a backup. Whom it asked since is not known: import the rest anew."),
)

# --- Answers to customers ---------------------------------------------------------------------------------

keep(
    gettext_noop("The customer's address changed."),
    gettext_noop("The customer's address was removed."),
    gettext_noop("Nobody is known who could be answered."),
    gettext_noop("No e-mail address of the customer is known."),
    gettext_noop("No mobile number of the customer is known."),
    gettext_noop("No mail can go to such an address."),
    gettext_noop("Write something first."),
    gettext_noop("It is too long: at most %(number)s characters."),
    gettext_noop("Taken for an automatic reply: the same words had come before."),
)

# --- What moved a message --------------------------------------------------------------------------------

keep(
    gettext_noop("%(time_before)s → %(time_after)s, %(zone)s: %(why)s"),
    gettext_noop("outside the account's hours"),
    gettext_noop("holiday: %(holiday)s, %(why)s"),
    gettext_noop("holiday: %(holiday)s"),
    gettext_noop("law of %(place)s (%(source)s)"),
    gettext_noop("no text before %(opens)s or after %(closes)s"),
    gettext_noop("this number got %(number)s messages in 24 hours"),
)

# --- The gates of an ask -----------------------------------------------------------------------------------

keep(
    gettext_noop("The account has no review site: customers can leave feedback for it, and no public review."),
    gettext_noop("A review request with this external_id exists already."),
    gettext_noop("This contact has an open review request already."),
    gettext_noop("Review request scheduled for %(address)s"),
    gettext_noop("Review request not sent: %(why)s"),
    gettext_noop("Review request held: %(why)s"),
    gettext_noop("There is no sequence %(name)s."),
    gettext_noop("The account has no default sequence with a first step."),
    gettext_noop("This contact has none, and the channel is email."),
    gettext_noop("This contact has none, and the channel is sms."),
    gettext_noop("This contact has none, and the channel is %(channel)s."),
    gettext_noop("By e-mail only: %(why)s"),
    gettext_noop("today"),
    gettext_noop("yesterday"),
    gettext_noop("%(number)s days ago"),
    gettext_noop("This contact was asked today; the account waits %(days)s days between requests."),
    gettext_noop("This contact was asked yesterday; the account waits %(days)s days between requests."),
    gettext_noop("This contact was asked %(number)s days ago; the account waits %(days)s days between requests."),
    gettext_noop("This number was texted for another contact today; the account waits %(days)s days between requests."),
    gettext_noop(
        "This number was texted for another contact yesterday; the account waits %(days)s days between requests."
    ),
    gettext_noop(
        "This number was texted for another contact %(number)s days ago; the account waits %(days)s days between "
        "requests."
    ),
    gettext_noop("Another contact with this number has an open review request."),
    gettext_noop("This contact cannot be written to (no address)."),
    gettext_noop("This contact cannot be written to (%(why)s)."),
    gettext_noop("e-mail: %(why)s"),
    gettext_noop("text message: %(why)s"),
    gettext_noop("no provider is set up"),
    gettext_noop("No mail can go to such an address"),
    gettext_noop("no mail can go to such an address"),
    gettext_noop("No consent to e-mail is recorded."),
    gettext_noop("No consent to text messages is recorded."),
    gettext_noop("Consent to e-mail was withdrawn, and none was given since."),
    gettext_noop("Consent to text messages was withdrawn, and none was given since."),
    gettext_noop("Another contact has this mobile number as well; the two are kept apart."),
    gettext_noop("This mobile number is known under another name; the name on file is kept."),
    gettext_noop("This contact already has another e-mail address; the one on file is kept."),
    gettext_noop("This contact already has another mobile number; the one on file is kept."),
    gettext_noop("external_id: “%(id)s” finds that review request from now on."),
    gettext_noop("metadata was left out: that review request keeps its own."),
    gettext_noop("mobile_phone_number was left out: %(why)s"),
    gettext_noop("consent was left out with the mobile_phone_number."),
    gettext_noop("Must not be in the future."),
    gettext_noop("Must not be before %(year)s."),
)

# --- What staff may not do, and why --------------------------------------------------------------------------

keep(
    gettext_noop("No message is planned."),
    gettext_noop("No message of it has failed."),
    gettext_noop("This request has ended otherwise."),
    gettext_noop("The customer's addresses have changed meanwhile: look at them again."),
    gettext_noop("It leaves as soon as it may already."),
    gettext_noop("No message follows this one: cancel the request instead."),
    gettext_noop("Nothing was changed: the message is %(why)s by now."),
    gettext_noop("It is held. %(why)s"),
    gettext_noop("It would be held. %(why)s"),
    gettext_noop("A worker holds the message: it is leaving now."),
    gettext_noop("The contact was erased."),
    gettext_noop("The request has ended: %(why)s."),
    gettext_noop("It is too early to decide: the provider may still tell whether it left."),
    gettext_noop("This review request is %(why)s and cannot be cancelled."),
    gettext_noop("This review request is %(why)s and cannot be changed."),
    gettext_noop("This review request is %(why)s and cannot be held."),
    gettext_noop("This review request is %(why)s and cannot be released."),
    gettext_noop("This review request is %(why)s: no answer to it can be told."),
    gettext_noop("This review request waits for another decision. %(why)s"),
    gettext_noop("A message of this review request is being sent: it cannot be changed any more."),
    gettext_noop("No message of this review request is planned."),
    gettext_noop("One of the two is gone."),
    gettext_noop("Contacts of two accounts stay two."),
    gettext_noop("Somebody else has settled this text already."),
    gettext_noop("No number is known that could be suppressed."),
    gettext_noop("Time was faster: %(why)s."),
    gettext_noop("Somebody else was faster: %(why)s."),
    gettext_noop("%(person)s was faster: %(why)s."),
    gettext_noop("%(number)s files wait to be started: start some first, or cancel them."),
    gettext_noop("The file has %(total)s rows, and %(most)s is the most: split it."),
    gettext_noop("The file has headings and no rows."),
    gettext_noop("The import “%(name)s” is at work: wait until it has ended, or stop it."),
    gettext_noop("It takes more memory than there is for an import: split the file."),
    gettext_noop("The file cannot be read any more."),
    gettext_noop("The account has %(number)s sequences already: delete some first."),
    gettext_noop("There is no former secret."),
)

# --- Webhooks ----------------------------------------------------------------------------------------------

keep(
    gettext_noop("There is no event %(name)s. There are: %(names)s."),
    gettext_noop("The account has %(number)s webhooks already: delete some first."),
    gettext_noop("The app %(app)s has %(number)s webhooks already: delete some first."),
    gettext_noop("%(app)s has %(number)s webhooks already: delete some first."),
    gettext_noop("The endpoint is switched off: switch it on first."),
    gettext_noop("The app was disconnected."),
    gettext_noop("It answered 410: it is gone for good."),
    gettext_noop("Its secret cannot be read any more: roll it."),
    gettext_noop("Our own process died of it, five times."),
    gettext_noop("it answered %(status)s."),
    gettext_noop("Nothing but failures for three days. The last one: %(why)s"),
    gettext_noop("No answer within %(number)s s."),
    gettext_noop("The name is not known."),
    gettext_noop("The connection was refused."),
    gettext_noop("Redirects are not followed."),
    gettext_noop("This is no web address: it has blanks or other characters that none has, or is too long."),
    gettext_noop("This is no web address: nothing can be called at port 0."),
    gettext_noop("This is no web address: there is no host of that name."),
    gettext_noop("This is no web address."),
    gettext_noop("A web address begins with https:// and a name."),
    gettext_noop("An address with a name, a password or a # cannot be called."),
    gettext_noop("Use https: what is sent names your customers."),
    gettext_noop("This address is of a private network."),
    gettext_noop("The name leads to a private network."),
    gettext_noop("Only https is called."),
)

# --- Evidence of an opt-out ----------------------------------------------------------------------------------

keep(
    gettext_noop("Added by %(who)s."),
    gettext_noop("Added by %(who)s through the API."),
    gettext_noop("%(text)s (added by %(who)s)"),
    gettext_noop("%(text)s (taken in by %(who)s)"),
    gettext_noop("%(text)s (taken for a wish not to be written to, by %(who)s)"),
    gettext_noop("Do not contact, said %(who)s."),
    gettext_noop("Preferences page of message %(id)s."),
    gettext_noop("Unsubscribe link of message %(id)s."),
    gettext_noop("The same person's other address: suppression %(id)s."),
    gettext_noop("Text message %(id)s: %(text)s Fitted no account; suppressed by %(who)s."),
    gettext_noop("Text message: %(text)s Taken for an opt-out by %(who)s."),
    gettext_noop("Perhaps an opt-out, which nobody decided within 7 days: it counts as one."),
    gettext_noop("%(why_kind)s, reported by %(provider)s (event %(id)s). %(why_words)s"),
)

# --- Review sites ----------------------------------------------------------------------------------------------

keep(
    gettext_noop("This leads to %(site)s, but not to the form for a review, which looks like %(example)s."),
    gettext_noop("Everybody may be asked, for nothing in return, and in their own words."),
    gettext_noop("Everybody may be asked, for nothing in return."),
    gettext_noop("Everybody may be asked, in the same neutral words."),
    gettext_noop("Yelp forbids businesses to ask for reviews, and hides those that were asked for."),
    gettext_noop("The address hides its host behind an @: copy it from the site itself."),
    gettext_noop("%(host)s looks like %(site)s, and is another site."),
    gettext_noop("Open it, and see where a customer would land."),
)

# --- What the words of a message must not say --------------------------------------------------------------------

keep(
    gettext_noop("%(why_rule)s: leave out %(words)s (%(source)s)."),
    gettext_noop("Nothing may be offered for a review"),
    gettext_noop("Ask for honest words, good or bad, and ask everybody"),
    gettext_noop("Customers choose what they write about"),
    gettext_noop("Nobody may be asked to name staff"),
    gettext_noop("Nobody may be pressed to write while they are with you"),
    gettext_noop("Nobody may be asked to change a review, or to take it back"),
    gettext_noop("How many reviews you aim at is not the customer's concern"),
)

# --- Rows of an import, and the numbers of a simulation -----------------------------------------------------------

keep(
    gettext_noop("An error of ours: this row was left out, and the log has the reason."),
    gettext_noop("Hours to wait: %(why)s"),
    gettext_noop("Mobile number: %(why)s"),
    gettext_noop("E-mail: %(why)s"),
    gettext_noop("Email: %(why)s"),
    gettext_noop("Time zone: %(why)s"),
    gettext_noop("Consent at: %(why)s"),
    gettext_noop("Asked"),
    gettext_noop("Passed the gates"),
    gettext_noop("Written to"),
    gettext_noop("Message seen"),
    gettext_noop("The process ended with status %(status)s: %(text)s"),
    gettext_noop("It took more than %(number)s seconds: simulate fewer days or contacts."),
    gettext_noop("It took more than %(number)s MB of memory: simulate fewer days or contacts."),
    gettext_noop("No such mailbox."),
    gettext_noop("Unknown destination."),
)

# --- Words of states inside those sentences -------------------------------------------------------------------------

keep(
    gettext_noop("planned"),
    gettext_noop("sending"),
    gettext_noop("sent"),
    gettext_noop("delivered"),
    gettext_noop("cancelled"),
    gettext_noop("bounced"),
    gettext_noop("failed"),
    gettext_noop("unknown"),
    gettext_noop("scheduled"),
    gettext_noop("responded"),
    gettext_noop("completed"),
    gettext_noop("suppressed"),
    gettext_noop("unsubscribed"),
    gettext_noop("said stop"),
    gettext_noop("complained to the mail provider"),
    gettext_noop("does not exist"),
    gettext_noop("added by staff"),
    gettext_noop("erased"),
    gettext_noop("wrong number"),
    gettext_noop("perhaps an opt-out: staff decide"),
    gettext_noop("opted out"),
    gettext_noop("not an opt-out"),
    gettext_noop("counts as opted out: nobody decided in time"),
    gettext_noop("the customer wants texts after all"),
    gettext_noop("handled"),
)

# --- Examples -------------------------------------------------------------------------------------------------------

keep(
    gettext_noop("Examples are for the sandbox: here a provider is set up, which sends to real customers."),
    gettext_noop("There are examples already."),
    gettext_noop("An example: nothing is sent to it."),
)
