"""One limit for several processes, kept in a store that all of them visit.

::

    store      what is said and asked at a visit: LimitStore
    ledger     what a store keeps of a limit, and what a visit does to it
    limiter    the semaphore of one process: SharedLimiter
      tokens     with the store, or alone
      bookings   the slots that were booked
      pace       how fast slots are booked, so that late starts stay within the limit
      clock      the store's clock on ours
      law        the adaptive rate that all have in common
"""
