-- What jofi_async/core/limits/shared/ledger.py does to a limit at a visit, on the server and on its clock.
-- KEYS: the limit (a hash), its visitors (a sorted set); ARGV: the fields of a visit, in the order of `redis.py`.
local visitor, lasted = ARGV[1], ARGV[2] ~= ''
local n = {}
for place = 2, 12 do n[place] = tonumber(ARGV[place]) or 0 end
local last, interval, tolerance, count, cost, lead = n[2], n[3], n[4], n[5], n[6], n[7]
local pause, away, expires, silence, settling = n[8], n[9] == 1, n[10], n[11], n[12]
local returned, law_version, law_text = ARGV[13], ARGV[14], ARGV[15]
local SEEN, KEPT = 60, 3600

local time = redis.call('TIME')
local now = time[1] + time[2] / 1000000
if expires ~= 0 and now > expires then
  local instant = string.format('%.6f', now)
  return {{instant, instant, '0', '0'}, 0, 0, '', '', {}, 1}
end
local fields = {'born', 'visited', 'full_at', 'interval', 'paused_until', 'settled_at'}
local kept = redis.call('HMGET', KEYS[1], unpack(fields))
local it = {}
if kept[1] then
  for place, name in ipairs(fields) do it[name] = tonumber(kept[place]) end
else
  it = {born = now, visited = now, full_at = now + tolerance, interval = interval, paused_until = 0, settled_at = 0}
end

local function drain(instant) it.full_at = math.max(it.full_at, instant + tolerance) end

local free = {}
local function add_free(text, back, earliest)
  for start, takes in string.gmatch(text, '(%S+):(%S+)') do
    if start - back >= earliest then free[#free + 1] = {start - back, tonumber(takes)} end
  end
end

local back = math.max(0, it.visited - now)
for _, name in ipairs({'born', 'full_at', 'paused_until', 'settled_at'}) do it[name] = it[name] - back end
local before = it.visited
it.visited = now
local is_lost = lasted and (it.born > last or before < last)

local since = math.max(now, it.paused_until, it.settled_at)
if it.full_at > since then it.full_at = since + (it.full_at - since) * interval / it.interval end
it.interval = interval

local was_out = away and now - before >= silence and now >= it.settled_at
if was_out or (is_lost and it.settled_at <= last) then
  it.settled_at = now + settling
  drain(it.settled_at)
end
if pause > 0 and now + pause > it.paused_until then
  it.paused_until = now + pause
  drain(it.paused_until)
end

local starts = {}
local earliest = math.max(now + lead, it.paused_until, it.settled_at)
add_free(redis.call('HGET', KEYS[1], 'free') or '', back, earliest)
add_free(returned, 0, earliest)
table.sort(free, function(one, other) return one[1] < other[1] end)
for place = 1, count do
  local full_at = math.max(it.full_at, earliest)
  local start = math.max(earliest, full_at - tolerance + (cost - 1) * interval)
  local found
  for spot, slot in ipairs(free) do
    if slot[2] == cost and slot[1] <= start then found = spot break end
  end
  local taken = found and free[found][1] or start
  if found then table.remove(free, found) else it.full_at = full_at + cost * interval end
  starts[place] = taken
end
table.sort(starts)
for place, start in ipairs(starts) do starts[place] = string.format('%.6f', start) end
for place, slot in ipairs(free) do free[place] = string.format('%.6f:%.14g', slot[1], slot[2]) end

local law = redis.call('HMGET', KEYS[1], 'law_version', 'law_text')
if law_version ~= '' and tonumber(law_version) == (tonumber(law[1] or 0)) + 1 then
  law = {law_version, law_text}
  redis.call('HSET', KEYS[1], 'law_version', law_version, 'law_text', law_text)
end
for _, name in ipairs(fields) do redis.call('HSET', KEYS[1], name, string.format('%.6f', it[name])) end
redis.call('HSET', KEYS[1], 'free', table.concat(free, ' '))
redis.call('ZADD', KEYS[2], string.format('%.6f', now), visitor)
redis.call('ZREMRANGEBYSCORE', KEYS[2], '-inf', string.format('%.6f', now - SEEN))
local stays = KEPT + math.ceil(math.max(0, it.full_at - now))
redis.call('EXPIRE', KEYS[1], stays)
redis.call('EXPIRE', KEYS[2], stays)

local said = {}
for _, value in ipairs({now, it.full_at, it.paused_until, it.settled_at}) do
  said[#said + 1] = string.format('%.6f', value)
end
return {said, redis.call('ZCARD', KEYS[2]), is_lost and 1 or 0, law[1] or '', law[2] or '', starts, 0}
