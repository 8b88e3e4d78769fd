"""Taking reports in: enrolment, authentication, decoding, de-duplication, the durable group commit."""
