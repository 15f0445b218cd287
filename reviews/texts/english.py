"""English texts to customers."""

from reviews.texts.kinds import StepTexts, Texts

_STOP = "Reply STOP to opt out."

TEXTS = Texts(
    question="How did we do?",
    question_named="How did we do, {first_name}?",
    invitation="Your words help us get better, and help others decide. Good or bad: both are welcome.",
    share_heading="Share it where others look",
    review_on="Review us on {site}",
    directly_heading="Tell us directly",
    private="This goes to {business} alone and is not published.",
    already_answered="You already answered. Would you like to change it?",
    rating="Rating",
    rating_question="How was it?",
    rating_hint="(1 poor, 5 great; you may leave it out)",
    rating_of_five="{rating} of 5",
    your_words="Your words",
    send="Send to {business}",
    nothing_chosen="Choose a number or write a few words; then send it.",
    too_long="Please use at most {most} characters.",
    thanks_heading="Thank you",
    thanks="{business} has your words.",
    change_answer="Change what you wrote",
    no_more_messages="No more messages like this",
    stop_title="Stop messages",
    stopped_title="No more messages",
    stop_heading="No more messages?",
    stopped_heading="Done",
    stop_texts_question=(
        "If you press the button, {business} will stop sending you text messages like this. "
        "Until you do, nothing changes."
    ),
    stop_mail_question=(
        "If you press the button, {business} will stop sending you mail like this. Until you do, nothing changes."
    ),
    stop_texts="Stop text messages",
    stop_mail="Stop mail",
    texts_stopped="You are unsubscribed. {business} will not send you any more text messages like this.",
    mail_stopped="You are unsubscribed. {business} will not send you any more mail like this.",
    choose_ways="Choose how we may write to you",
    ways_heading="How we may write to you",
    ways_legend="{business} may ask me how it went by",
    by_text="text message",
    by_mail="e-mail",
    stopped_by_text="You asked for no more text messages. Reply START to that number to get them again.",
    switched_off="Switched off. It cannot be switched on here.",
    save="Save",
    saved="Saved. What you switched off stays off.",
    moment_title="One moment",
    moment="One moment, please",
    too_much="That was a lot at once. Wait a minute, then try again; nothing you sent before is lost.",
    does_not_work="This does not work just now. Please try again in a minute.",
    ended_title="No longer here",
    link_ended="This link has ended",
    no_longer_asked="{business} no longer asks for an answer here. Thank you for looking.",
    nowhere_title="Not found",
    link_nowhere="This link leads nowhere",
    check_link="Please check that the whole link was copied from the message or card you got.",
    language="Language",
    sandbox="Sandbox: messages are recorded here, and nothing leaves.",
    tell_us="Tell us how it went",
    no_more_mail="No more mail like this",
    your_message="Your message to {business}",
    no_more_texts="No more texts: {link}",
    stop_confirmed="{business}: you are unsubscribed and get no more texts. Reply START to undo.",
    start_confirmed="{business}: you may get texts again. Reply STOP to end them.",
    help="{business} asks for your review by text. Contact: {contact}. Reply STOP to end texts.",
    help_of_many="Texts from this number ask for reviews. Help: {contact}. Reply STOP to end them.",
    first=StepTexts(
        email_subject="How did we do{% if first_name != '' %}, {{ first_name }}{% endif %}?",
        email_text=(
            "Hi {{ first_name | default: 'there' }},\n\n"
            "thank you for choosing {{ business_name }}. Would you take a minute to tell us and others how it went?\n\n"
            "{{ link }}\n\n"
            "It helps us get better, and it helps others decide.\n\n"
            "Thank you,\n{{ sender_name }}"
        ),
        sms_text=(
            "Hi {{ first_name | default: 'there' }}, thank you for choosing {{ business_name }}. "
            f"How did we do? {{{{ link }}}} {_STOP}"
        ),
    ),
    reminder=StepTexts(
        email_subject="A short reminder from {{ business_name }}",
        email_text=(
            "Hi {{ first_name | default: 'there' }},\n\n"
            "a few days ago we asked how it went with {{ business_name }}. "
            "If you have a minute, we would love to hear:\n\n"
            "{{ link }}\n\n"
            "Thank you,\n{{ sender_name }}"
        ),
        sms_text=(
            "Hi {{ first_name | default: 'there' }}, {{ business_name }} would still love to hear how it went: "
            f"{{{{ link }}}} {_STOP}"
        ),
    ),
    last=StepTexts(
        email_subject="Last time we ask: how was {{ business_name }}?",
        email_text=(
            "Hi {{ first_name | default: 'there' }},\n\n"
            "this is the last time we ask. Your words, good or bad, would mean a lot to us:\n\n"
            "{{ link }}\n\n"
            "Thank you,\n{{ sender_name }}"
        ),
        sms_text=f"{{{{ business_name }}}}: this is the last time we ask. How did it go? {{{{ link }}}} {_STOP}",
    ),
)
